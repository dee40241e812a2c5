from glob import glob

from setuptools import find_packages, setup

NAME = 'outrider_perception'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    data_files=[
        ('share/ament_index/resource_index/packages', [f'resource/{NAME}']),
        (f'share/{NAME}', ['package.xml']),
        (f'share/{NAME}/config', sorted(glob('config/*.yaml'))),
    ],
    install_requires=['setuptools'],
    extras_require={'test': ['pytest']},
    zip_safe=False,
    maintainer='Outrider developers',
    maintainer_email='outrider@localhost.invalid',
    description='Points to tracks to hazards.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'fusion = outrider_perception.fusion_node:main',
        ],
    },
)
