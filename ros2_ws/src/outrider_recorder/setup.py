from setuptools import find_packages, setup

NAME = 'outrider_recorder'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer='Outrider developers',
    maintainer_email='outrider@localhost.invalid',
    description='Every topic as raw bytes into MCAP segments, and from there into rerun.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'recorder = outrider_recorder.recorder_node:main',
            'bridge = outrider_recorder.bridge_launcher:main',
        ],
    },
)
