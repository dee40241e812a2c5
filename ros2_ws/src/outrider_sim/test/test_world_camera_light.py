"""Light, weather, lamps and what covers the lens."""

import numpy as np
import pytest
from camera_scene import actor, boxes, eye, noise_of, picture, pixel, wall, world

from outrider_sim.world.camera.light import light_of
from outrider_sim.world.model import Thing


def test_night_is_darker_than_dusk_is_darker_than_day():
    levels = {light: picture(world(actor('person', (8.0, 0.0)), light=light)).mean()
              for light in ('day', 'dusk', 'night')}
    assert levels['night'] < 0.3 * levels['dusk']
    assert levels['dusk'] < 0.8 * levels['day']


def test_fog_fades_with_distance():
    contrasts = []
    for distance in (6.0, 15.0, 30.0, 60.0):
        seen = picture(world(weather='fog', things=[wall(distance)]))[115:118, 150:280]
        fog = np.array(light_of('day', 'fog').fog)
        contrasts.append(float(np.abs(seen.mean(axis=(0, 1)) - fog).mean()))
    assert contrasts == sorted(contrasts, reverse=True)
    # Exponential: the ratio of two contrasts is that of the steps between.
    rates = [np.log(contrasts[0] / contrasts[1]) / 9.0, np.log(contrasts[1] / contrasts[2]) / 15.0]
    assert rates[0] == pytest.approx(rates[1], rel=0.2)
    assert contrasts[3] < 0.25 * contrasts[0]


def test_rain_lowers_contrast():
    dry, wet = (picture(world(actor('car', (12.0, 0.0)), weather=weather)) for weather in ('clear', 'rain'))
    assert wet.std() < 0.85 * dry.std()
    assert np.abs(wet[..., 0] - wet[..., 2]).mean() < np.abs(dry[..., 0] - dry[..., 2]).mean()  # grey


def test_headlights_outshine_the_night():
    one = world(actor('car', (15.0, 0.0)), light='night')
    seen, (found,) = picture(one), boxes(one)
    car = seen[found.top:found.bottom, found.left:found.right].mean(axis=2)
    assert car.max() > 235.0
    assert np.median(car) < 60.0
    bright = np.flatnonzero(car.max(axis=0) > 200.0)
    assert np.ptp(bright) > 0.6 * car.shape[1]  # one at each side


def test_tail_lights_are_red():
    one = world(actor('car', (12.0, 0.0), heading_deg=0.0), light='night')
    seen, (found,) = picture(one), boxes(one)
    car = seen[found.top:found.bottom, found.left:found.right]
    brightest = car.reshape(-1, 3)[np.argsort(car[..., 0].reshape(-1))[-8:]]
    assert (brightest[:, 0] > 120.0).all()
    assert (brightest[:, 0] > 2.0 * brightest[:, 2]).all()


def test_lamps_behind_a_wall_do_not_shine():
    hidden = picture(world(actor('car', (15.0, 0.0)), light='night', things=[wall(8.0)]))
    assert hidden[60:140].max() < 120.0


def test_parked_cars_are_dark():
    seen = picture(world(things=[Thing('parked_cars', (10.0, 0.0), (11.0, 0.0), 7.0)], light='night'))
    assert seen.max() < 160.0


def test_headlights_light_the_road_before_them():
    u, v = pixel((8.0, 0.0, 0.0), eye())
    spot = np.s_[round(v) - 3:round(v) + 3, round(u) - 15:round(u) + 15]
    lit = picture(world(actor('car', (15.0, 0.0)), light='night'))[spot].mean()
    assert lit > 2.0 * picture(world(light='night'))[spot].mean()


def test_wet_road_mirrors_lamps():
    u, v = pixel((11.0, 0.78 * 0.9, -0.6), eye())
    spot = np.s_[round(v) - 2:round(v) + 3, round(u) - 1:round(u) + 2]
    lamp = world(actor('car', (15.0, 0.0)), light='night', weather='rain')
    assert picture(lamp)[spot].mean() > 1.2 * picture(world(actor('car', (15.0, 0.0)), light='night'))[spot].mean()


def test_bodies_throw_shadows():
    u, v = pixel((12.0, 0.0, 0.0), eye(place=(0.0, 0.0, 2.0)))
    spot = np.s_[round(v) - 2:round(v) + 1, round(u) - 8:round(u) + 8]
    high = eye(place=(0.0, 0.0, 2.0))
    beneath = picture(world(actor('car', (14.3, 0.0))), high)[spot].mean()
    assert beneath < 0.8 * picture(world(), high)[spot].mean()


def test_tunnel_is_dark_inside_and_bright_at_its_end():
    one = world(things=[Thing('tunnel', (-40.0, 0.0), (40.0, 0.0), 4.0)])
    seen = picture(one)
    assert seen[200:230].mean() < 0.7 * picture(world())[200:230].mean()
    u, v = pixel((60.0, 0.0, 2.0), eye())
    assert seen[round(v) - 2:round(v) + 2, round(u) - 4:round(u) + 4].mean() > 170.0


def test_covered_lens_shows_nothing_of_the_world():
    covered = [picture(world(*bodies, faults=[noise_of('camera')])) for bodies in ((), (actor('bus', (9.0, 0.0)),))]
    assert np.array_equal(*covered)
    assert covered[0].mean() < 60.0
    blocks = covered[0].reshape(24, 10, 53, 8, 3).mean(axis=(1, 3))
    assert np.abs(np.diff(blocks, axis=1)).max() < 12.0  # no edge anywhere
    assert picture(world()).mean() > 2 * covered[0].mean()


def test_sensor_noise_is_stronger_at_night():
    def noise(light):
        first, second = (picture(world(light=light), t_s=t_s)[10:40, 100:300] for t_s in (0.0, 1.0))
        return (first - second).std()

    assert noise('night') > 1.5 * noise('day') > 0.0


def test_colours_differ_from_actor_to_actor_and_from_seed_to_seed():
    def bonnets(seed, *bodies):
        one = world(*bodies, seed=seed)
        seen = picture(one, seed=seed)
        return [tuple((seen[(box.top + box.bottom) // 2, box.left + 2:box.right - 2].mean(axis=0) / 16).astype(int))
                for box in boxes(one, seed=seed)]

    row = [actor('car', (12.0, -5.0 + 2.5 * place), name=f'c{place}') for place in range(5)]
    assert len(set(bonnets(1, *row))) >= 3
    assert len({bonnets(seed, row[2])[0] for seed in range(6)}) >= 3
