from glob import glob

from setuptools import find_packages, setup

NAME = 'outrider_sensors'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/config', sorted([*glob('config/*.yaml'), *glob('config/*.onnx')])),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer='Outrider developers',
    maintainer_email='outrider@localhost.invalid',
    description='Drivers of the sensors: radar, camera with IMU, GPS, detector.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'camera = outrider_sensors.camera.node:main',
            'detector = outrider_sensors.detector.node:main',
            'gps = outrider_sensors.gps.node:main',
            'radar = outrider_sensors.radar.node:main',
        ],
    },
)
