"""What is newer than Python 3.10, rclpy 3.3 (Humble) or only in one numpy: name -> what to write instead.

Sources: docs.python.org "What's New In Python" 3.11 to 3.14; changelogs of rclpy; the numpy 2.0 migration guide and the
release notes of numpy 2.0 to 2.4.
"""

from __future__ import annotations

PYTHON_MODULES = {
    'tomllib': 'keep settings in YAML or JSON',
    'annotationlib': 'use typing.get_type_hints',
    'compression': 'import zlib, lzma or zstandard itself',
    'concurrent.interpreters': 'use subprocess or multiprocessing',
    'string.templatelib': 'use str.format',
    'wsgiref.types': 'write the type out',
    'pathlib.types': 'use pathlib.Path',
}

_PYTHON = {
    'typing': ('Self Never LiteralString assert_never assert_type reveal_type Required NotRequired Unpack TypeVarTuple '
               'dataclass_transform override get_overloads clear_overloads TypeAliasType ReadOnly TypeIs NoDefault '
               'get_protocol_members is_protocol evaluate_forward_ref',
               'leave it out, or name the class in quotes'),
    'enum': ('StrEnum ReprEnum EnumCheck FlagBoundary EnumType verify member nonmember property global_enum '
             'show_flag_values', 'use class X(str, Enum) or plain constants'),
    'datetime': ('UTC', 'use datetime.timezone.utc'),
    'asyncio': ('TaskGroup timeout timeout_at Runner Barrier eager_task_factory QueueShutDown',
                'use threads, or gather'),
    'contextlib': ('chdir', 'pass cwd= or absolute paths'),
    'itertools': ('batched', 'slice in steps'),
    'math': ('cbrt exp2 sumprod fma', 'use numpy, or **'),
    'operator': ('call', 'call it'),
    'inspect': ('getmembers_static markcoroutinefunction BufferFlags ispackage', 'use inspect.getattr_static'),
    'hashlib': ('file_digest', 'hash in blocks'),
    'logging': ('getLevelNamesMapping getHandlerByName getHandlerNames', 'keep the table yourself'),
    'os': ('process_cpu_count unshare setns login_tty posix_openpt grantpt unlockpt ptsname PIDFD_NONBLOCK '
           'EX_NOTFOUND listdrives timerfd_create reload_environ readinto',
           'use pty.openpty, len(os.sched_getaffinity(0)) or a file object'),
    'os.path': ('splitroot isjunction isreserved', 'use pathlib'),
    'queue': ('ShutDown', 'put a sentinel'),
    'random': ('binomialvariate', 'use numpy.random'),
    're': ('NOFLAG', 'use 0'),
    'sys': ('exception last_exc monitoring activate_stack_trampoline is_remote_debug_enabled', 'use sys.exc_info'),
    'threading': ('setprofile_all_threads settrace_all_threads', 'set it in each thread'),
    'types': ('get_original_bases CapsuleType', 'use __orig_bases__'),
    'uuid': ('uuid6 uuid7 uuid8 NIL MAX', 'use uuid.uuid4'),
    'warnings': ('deprecated', 'say it in the docstring'),
    'copy': ('replace', 'use dataclasses.replace'),
    'collections.abc': ('Buffer', 'name bytes | bytearray | memoryview'),
    'glob': ('translate', 'use fnmatch'),
    'statistics': ('kde kde_random', 'use numpy'),
    'functools': ('Placeholder', 'use a lambda'),
    'heapq': ('heappush_max heappop_max heapify_max heapreplace_max', 'push negated values'),
}

_RCLPY = {
    'rclpy.event_handler': 'use rclpy.qos_event, or age checks of your own',
    'rclpy.parameter_client': 'call the parameter services yourself',
    'rclpy.parameter_event_handler': 'subscribe to /parameter_events',
    'rclpy.service_introspection': 'leave it out',
    'rclpy.type_description_service': 'leave it out',
    'rclpy.type_hash': 'leave it out',
    'rclpy.timer.TimerInfo': 'read the clock',
}

_NUMPY_OLD = ('float_ complex_ cfloat singlecomplex longfloat longcomplex clongfloat bool8 object0 int0 uint0 str0 '
              'bytes0 void0 string_ unicode_ in1d trapz cumproduct product sometrue alltrue Inf Infinity NaN infty '
              'NINF PINF NZERO PZERO cast row_stack asfarray msort source who lookfor find_common_type obj2sctype '
              'sctype2char sctypes issctype issubclass_ issubsctype maximum_sctype set_string_function '
              'set_numeric_ops safe_eval recfromcsv recfromtxt deprecate deprecate_with_doc byte_bounds nbytes '
              'round_ disp tracemalloc_domain DataSource add_docstring add_newdoc add_newdoc_ufunc '
              'compare_chararrays mat asscalar float int object str complex long_ geterrobj seterrobj core compat '
              'fastCopyAndTranspose')
_NUMPY_NEW = ('bool long ulong trapezoid concat acos acosh asin asinh atan atanh atan2 pow permute_dims '
              'matrix_transpose vecdot vecmat matvec bitwise_left_shift bitwise_right_shift bitwise_invert '
              'bitwise_count astype isdtype unique_all unique_counts unique_inverse unique_values cumulative_sum '
              'cumulative_prod unstack strings linalg.vector_norm linalg.matrix_norm linalg.cross linalg.outer '
              'linalg.diagonal linalg.trace linalg.tensordot linalg.matmul linalg.matrix_transpose linalg.vecdot '
              'linalg.svdvals dtypes.StringDType exceptions.DTypePromotionError')

# Dotted name -> (why, what instead).
NAMES = {
    **{f'{module}.{name}': ('newer than Python 3.10', instead)
       for module, (names, instead) in _PYTHON.items() for name in names.split()},
    **{name: ('not on Humble', instead) for name, instead in _RCLPY.items()},
    **{f'numpy.{name}': ('gone in numpy 2', 'write the name that both have') for name in _NUMPY_OLD.split()},
    **{f'numpy.{name}': ('not in numpy 1.26', 'write the name that both have') for name in _NUMPY_NEW.split()},
}

BUILTINS = {
    'ExceptionGroup': 'raise one error', 'BaseExceptionGroup': 'raise one error',
    'PythonFinalizationError': 'catch RuntimeError',
}

# Methods whose names say enough.
METHODS = {
    'newbyteorder': ('gone from arrays in numpy 2', 'use a.view(a.dtype.newbyteorder())'),
    'itemset': ('gone in numpy 2', 'assign to a[index]'),
    'ptp': ('gone from arrays in numpy 2', 'use np.ptp(a)'),
    'mT': ('not in numpy 1.26', 'use np.swapaxes(a, -1, -2)'),
    'add_note': ('newer than Python 3.10', 'say it in the sentence'),
    'is_junction': ('newer than Python 3.10', 'use is_symlink'),
    'full_match': ('newer than Python 3.10', 'use fnmatch'),
    'add_pre_set_parameters_callback': ('not on Humble', 'use add_on_set_parameters_callback'),
    'add_post_set_parameters_callback': ('not on Humble', 'use add_on_set_parameters_callback'),
    'wait_for_node': ('not on Humble', 'wait until get_node_names has it'),
}

# (last name of what is called, keyword) -> (why, what instead).
KEYWORDS = {
    ('create_timer', 'autostart'): ('not on Humble', 'create the timer when it is to run'),
    ('create_node', 'enable_logger_service'): ('not on Humble', 'leave it out'),
    ('asarray', 'copy'): ('not in numpy 1.26', 'use np.array(a) where a copy is wanted'),
    ('reshape', 'copy'): ('not in numpy 1.26', 'copy first'),
    ('Popen', 'process_group'): ('newer than Python 3.10', 'use start_new_session=True'),
    ('run', 'process_group'): ('newer than Python 3.10', 'use start_new_session=True'),
    ('dataclass', 'weakref_slot'): ('newer than Python 3.10', 'leave it out'),
    ('rmtree', 'onexc'): ('newer than Python 3.10', 'use onerror='),
    ('relative_to', 'walk_up'): ('newer than Python 3.10', 'use os.path.relpath'),
    ('glob', 'case_sensitive'): ('newer than Python 3.10', 'match the names yourself'),
    ('glob', 'include_hidden'): ('newer than Python 3.10', 'use pathlib'),
    ('TemporaryDirectory', 'delete'): ('newer than Python 3.10', 'use tempfile.mkdtemp'),
    ('NamedTemporaryFile', 'delete_on_close'): ('newer than Python 3.10', 'use delete=False'),
    ('add_argument', 'deprecated'): ('newer than Python 3.10', 'say it in the help'),
    ('ArgumentParser', 'suggest_on_error'): ('newer than Python 3.10', 'leave it out'),
    ('ArgumentParser', 'color'): ('newer than Python 3.10', 'leave it out'),
}

# Packages that the wheels lack, so that a bare machine could not run what imports them.
NOT_IN_WHEELS = {
    'cv_bridge': 'use np.frombuffer on the message',
    'tf2_ros': 'use outrider_node.frames',
    'message_filters': 'match stamps in the core',
    'launch': 'write a *.launch.yaml',
    'launch_ros': 'write a *.launch.yaml',
    'rosbag2_py': 'use mcap',
    'ros2cli': 'use ./outrider topics',
    'diagnostic_updater': 'use outrider_node.OutriderNode',
    'sensor_msgs_py': 'fill PointCloud2 with numpy',
}
