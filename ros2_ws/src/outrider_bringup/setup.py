from glob import glob

from setuptools import find_packages, setup

NAME = 'outrider_bringup'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    package_data={NAME: ['rides/style.css', 'faults/clock.c']},
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/launch', sorted(glob('launch/*.launch.yaml'))),
        (f'share/{NAME}/launch/parts', sorted(glob('launch/parts/*.launch.yaml'))),
        *((f'share/{NAME}/config/{room}', sorted(glob(f'config/{room}/*.*')))
          for room in ('rigs', 'pads', 'radar', 'fastdds', 'scenarios', 'detector')),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer='Outrider developers',
    maintainer_email='outrider@localhost.invalid',
    description='The outrider command: start-up, rigs, doctor, demo, bench.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'outrider = outrider_bringup.cli:main',
        ],
    },
)
