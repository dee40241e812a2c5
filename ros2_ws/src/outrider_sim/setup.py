from glob import glob

from setuptools import find_packages, setup

NAME = 'outrider_sim'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/data', sorted(glob('data/*'))),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer='Outrider developers',
    maintainer_email='outrider@localhost.invalid',
    description='The world without hardware: fake devices that speak the real wire.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'fake_ti_radar = outrider_sim.devices.ti_radar:main',
            'fake_camera = outrider_sim.devices.fake_camera:main',
            'fake_pad = outrider_sim.devices.pad_player:main',
            'fake_relay_board = outrider_sim.devices.relay_board_player:main',
            'fake_gps = outrider_sim.devices.ubx_player:main',
            'fake_vesc_pair = outrider_sim.devices.vesc_pair:main',
            'world = outrider_sim.devices.world:main',
        ],
    },
)
