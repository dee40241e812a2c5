from glob import glob

from setuptools import find_packages, setup

NAME = 'outrider_alerts'

setup(
    name=NAME,
    version='0.1.0',
    packages=find_packages(exclude=['test']),
    package_data={NAME: ['static/*']},
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
    description='Whatever speaks to a person: alert table, alerter, phone page, buzzer.',
    license='Apache-2.0',
    entry_points={
        'console_scripts': [
            'alerter = outrider_alerts.alerter_node:main',
            'buzzer = outrider_alerts.buzzer_node:main',
            'page = outrider_alerts.page_node:main',
        ],
    },
)
