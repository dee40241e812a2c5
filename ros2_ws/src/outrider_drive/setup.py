from setuptools import find_packages, setup

NAME = 'outrider_drive'

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
    description='The hands: gamepad, governor, motors and relays, each a process of its own.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'pilot = outrider_drive.pilot.node:main',
            'governor = outrider_drive.governor.node:main',
            'motors = outrider_drive.motors.node:main',
            'relays = outrider_drive.relays.node:main',
        ],
    },
)
