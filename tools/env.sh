# Sourced, by any POSIX shell: the environment in which everything of Outrider runs. Needs OUTRIDER_ROOT; takes
# OUTRIDER_ENV (kilted, or jazzy for the second release that CI builds) and sets paths only, so that it costs no time.
# The overlay part was written by the set-up, which asked colcon once.
: "${OUTRIDER_ENV:=main}"
if [ "$OUTRIDER_ENV" = main ]; then
  outrider_overlay="$OUTRIDER_ROOT/ros2_ws/install/outrider_env.sh"
else
  outrider_overlay="$OUTRIDER_ROOT/.build/$OUTRIDER_ENV/install/outrider_env.sh"
fi
if [ ! -r "$outrider_overlay" ]; then
  echo "outrider: not set up ($outrider_overlay is missing). Run: make -C $OUTRIDER_ROOT setup" >&2
  return 3
fi
# shellcheck source=/dev/null
. "$outrider_overlay" || return 3
unset outrider_overlay
# One file, two names: Humble and Jazzy know only the old one, Kilted warns in every process when it sees that.
: "${OUTRIDER_FASTDDS:=$OUTRIDER_ROOT/config/fastdds/small.xml}"
case "${ROS_DISTRO:-}" in
  humble | jazzy) export FASTRTPS_DEFAULT_PROFILES_FILE="$OUTRIDER_FASTDDS" ;;
  *) export FASTDDS_DEFAULT_PROFILES_FILE="$OUTRIDER_FASTDDS" ;;
esac
# Nothing leaves the machine: the second variable is all that Humble knows.
: "${ROS_AUTOMATIC_DISCOVERY_RANGE:=LOCALHOST}"
[ "${ROS_DISTRO:-}" = humble ] && export ROS_LOCALHOST_ONLY=1
# One BLAS thread: the arrays are small, and results stay equal to the last bit.
OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1
# numpy 1.26 chooses between two libraries of arctan2, exp and their like by where in memory the result lies; without
# AVX-512 there is one. Its successor does without the choice, and without this name.
: "${NPY_DISABLE_CPU_FEATURES:=AVX512F}"
export OUTRIDER_ENV OUTRIDER_FASTDDS ROS_AUTOMATIC_DISCOVERY_RANGE
export OPENBLAS_NUM_THREADS OMP_NUM_THREADS NPY_DISABLE_CPU_FEATURES
