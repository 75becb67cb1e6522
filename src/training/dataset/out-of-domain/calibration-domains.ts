import { type Domain, list } from './domain.js';

/** Shown in calibration only. */
export const CALIBRATION_DOMAINS: readonly Domain[] = [
  {
    name: 'travel',
    words: {
      city: list('Lisbon, Kyoto, Marrakesh, Tallinn, Cusco, Bergen, Hanoi, Valparaiso, Tbilisi'),
      ride: list('night train, ferry, rental bike, cable car, sleeper coach, rickshaw'),
      sight: list('cathedral, bazaar, waterfall, lighthouse, castle ruin, vineyard, fish market'),
    },
    titles: list('{ride} to {city}, {sight} closed on Mondays, weekend in {city}, lost suitcase, {sight} tour'),
    sentences: [
      'Take the {ride} from {city} and get off near the {sight}.',
      'The {sight} in {city} is worth a detour of {number} kilometres.',
      'We missed the {ride} and spent the night in {city}.',
      'Passports are checked on the {ride}; keep yours at hand.',
    ],
    metrics: list('stamps_in_passport, nights, luggage_kg, detour_km'),
  },
  {
    name: 'cinema',
    words: {
      genre: list('western, thriller, slapstick, melodrama, film noir, cartoon, period drama'),
      role: list('the villain, the narrator, a lonely detective, the stunt double, a runaway bride'),
      scene: list('car chase, closing credits, kiss, duel, courtroom speech, dream sequence'),
    },
    titles: list('{genre} premiere, best {scene} ever, {role} steals the show, {genre} night'),
    sentences: [
      'In this {genre}, {role} survives the {scene} by sheer luck.',
      'Critics called the {scene} the finest of any {genre}.',
      'Popcorn sold out before the {scene} had begun.',
      'It runs for {number} minutes too long, mostly because of {role}.',
    ],
    metrics: list('stars, popcorn_buckets, box_office, reels'),
  },
  {
    name: 'astronomy',
    words: {
      body: list('comet, nebula, dwarf planet, pulsar, red giant, meteor shower, moon, galaxy, asteroid'),
      gear: list('telescope, star chart, eyepiece, tripod, red torch'),
      sign: list('Orion, Cassiopeia, Lyra, the Southern Cross, Draco, Perseus'),
    },
    titles: list('{body} near {sign}, {body} rising, bring the {gear}, dark night for {sign}'),
    sentences: [
      'The {body} can be found below {sign} shortly before dawn.',
      'With a {gear} even the {body} in {sign} becomes visible.',
      'Light from the {body} left {number} thousand years ago.',
      'Let your eyes adapt before you look at {sign}.',
    ],
    metrics: list('magnitude, light_years, craters, moons'),
  },
  {
    name: 'fashion',
    words: {
      garment: list('trench coat, kilt, silk blouse, dungarees, bow tie, poncho, loafer'),
      fabric: list('velvet, tweed, linen, corduroy, denim, cashmere'),
      trend: list('pleats, polka dots, shoulder pads, fringes, sequins'),
    },
    titles: list('{garment} in {fabric}, {trend} are back, {garment} on sale, wardrobe clear-out'),
    sentences: [
      'A {garment} in {fabric} goes well with {trend}.',
      'Wash {fabric} by hand and never iron a {garment}.',
      'She paid {number} coins for a {garment} at the flea market.',
    ],
    metrics: list('hemline_cm, buttons, shoe_size'),
  },
];
