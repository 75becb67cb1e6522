import { type Domain, list } from './domain.js';

/** Shown in training only. */
export const TRAIN_DOMAINS: readonly Domain[] = [
  {
    name: 'weather',
    words: {
      sky: list(
        'drizzle, hailstorm, fog, sleet, thunder, sunshine, snowfall, breeze, monsoon, frost, rainbow, heatwave',
      ),
      place: list('the valley, the coast, the hills, the north island, the lake district, the old town, the desert'),
      season: list('spring, summer, autumn, winter, harvest time, the dry season'),
      wind: list('northerly, gusty, calm, howling, salty, warm, icy'),
    },
    titles: list(
      '{sky} expected, {sky} over {place}, {wind} wind, first {sky} of {season}, umbrella advised, {season} outlook',
    ),
    sentences: [
      'Expect {sky} over {place} until Sunday evening.',
      'The {wind} wind brings {sky} and later some {sky}.',
      'It was {number} degrees in {place}, unusual for {season}.',
      'Take an umbrella when you walk through {place} this {season}.',
      'Swallows fly low, so the old farmers say {sky} will follow.',
    ],
    metrics: list('rain_mm, sunshine_hours, wind_knots, pollen, uv_level, snow_depth_cm'),
  },
  {
    name: 'cooking',
    words: {
      dish: list(
        'risotto, pancake, goulash, apple pie, ramen, omelette, lentil soup, paella, cheesecake, dumpling, stew',
      ),
      ingredient: list('saffron, butter, flour, garlic, rosemary, leek, cinnamon, cream, lemon zest, paprika, yeast'),
      tool: list('whisk, skillet, rolling pin, ladle, casserole, sieve, wooden spoon'),
      taste: list('salty, bland, smoky, sweet, bitter, crisp, burnt'),
    },
    titles: list(
      '{dish} too {taste}, {dish} with {ingredient}, out of {ingredient}, {dish} of the day, {tool} missing',
    ),
    sentences: [
      'Stir the {ingredient} into the {dish} and let it rest for {number} minutes.',
      'My {dish} turned out {taste}; maybe there was too much {ingredient}.',
      'Use a {tool} to fold the {ingredient} in, then season to taste.',
      'Grandmother always served {dish} with {ingredient} on Fridays.',
      'If the dough is sticky, dust the {tool} with flour.',
    ],
    metrics: list('spoons, grams_of_sugar, servings, bites, oven_minutes, calories'),
  },
  {
    name: 'sports',
    words: {
      sport: list(
        'tennis, rowing, judo, cricket, handball, marathon, badminton, fencing, volleyball, archery, curling',
      ),
      player: list('Bram Okoro, Tilda Voss, Juno Alvar, Rikard Senn, Amina Quell, Pia Lorent, Otis Brandt'),
      result: list('won, lost, drew, retired hurt, was disqualified, set a record'),
      venue: list('the indoor arena, the river course, the village green, court seven, the old velodrome'),
    },
    titles: list('{sport} final, {player} {result}, {sport} postponed, late winner at {venue}, {sport} league table'),
    sentences: [
      '{player} {result} in the {sport} semi-final at {venue}.',
      'The crowd at {venue} sang until the last whistle.',
      'After {number} minutes {player} {result}, to the delight of the fans.',
      'Coaches expect {player} to be fit for the {sport} cup.',
      'Training for {sport} starts an hour later next week.',
    ],
    metrics: list('goals, sets_won, medals, heart_beats, laps, fouls, spectators'),
  },
  {
    name: 'gardening',
    words: {
      plant: list(
        'tomato, lavender, pea pod, rhubarb, tulip, fern, dahlia, courgette, ivy, rose bush, apple tree, clover',
      ),
      pest: list('aphid, slug, vine weevil, mole, wasp, mildew'),
      chore: list('prune, water, repot, mulch, sow, harvest, weed'),
      bed: list('the raised bed, the greenhouse, the south wall, the compost corner, the balcony'),
    },
    titles: list('{plant} wilting, {pest} on {plant}, time to {chore}, {chore} the {plant}, {plant} in bloom'),
    sentences: [
      'It is time to {chore} the {plant} by {bed}.',
      'A {pest} was seen on the {plant}; soapy water usually helps.',
      'The {plant} likes shade, so move it away from {bed} in July.',
      'We planted {number} seeds of {plant} and half of them came up.',
      'Never {chore} a {plant} after the first frost.',
    ],
    metrics: list('leaves, soil_ph, watering_cans, seedlings, sun_hours, ladybirds'),
  },
  {
    name: 'music',
    words: {
      instrument: list('cello, oboe, banjo, trumpet, harp, accordion, bassoon, sitar, snare drum, piccolo'),
      piece: list('nocturne, waltz, fugue, lullaby, tango, march, madrigal, ballad, overture'),
      mood: list('wistful, jubilant, sombre, playful, solemn, frantic'),
      composer: list('an unknown monk, a Viennese aunt, the choirmaster, a street fiddler, a young prodigy'),
    },
    titles: list(
      '{instrument} out of tune, {mood} {piece}, {piece} for {instrument}, encore wanted, {instrument} solo',
    ),
    sentences: [
      'The {piece} for {instrument} was written by {composer}.',
      'Play bar {number} slowly; it should sound {mood}.',
      'Her {instrument} needs new strings before the concert.',
      'A {mood} {piece} opens the second half of the evening.',
      'Hum the {piece} first, then take up the {instrument}.',
    ],
    metrics: list('beats_per_minute, encores, octaves, applause_seconds, tickets_sold'),
  },
  {
    name: 'knitting and crafts',
    words: {
      craft: list('scarf, quilt, pottery bowl, paper crane, mosaic, basket, wool sock, tapestry'),
      colour: list('teal, crimson, ochre, ivory, indigo, olive, coral, charcoal'),
      stitch: list('purl stitch, cable stitch, cross stitch, slip knot, back stitch'),
    },
    titles: list('dropped {stitch}, {colour} {craft}, {craft} half done, {colour} yarn wanted'),
    sentences: [
      'Cast on {number} loops in {colour} and begin with a {stitch}.',
      'The {craft} looks better in {colour} than in {colour}.',
      'I dropped a {stitch} and had to undo half of the {craft}.',
    ],
    metrics: list('rows, yarn_metres, loops, needles'),
  },
  {
    name: 'school and family',
    words: {
      subject: list('geometry, spelling, history, geography, drawing, Latin'),
      child: list('little Ida, cousin Emre, the twins, our eldest, nephew Kofi'),
      event: list('birthday party, parents evening, sleepover, school play, picnic, spelling bee'),
    },
    titles: list('{event} on Friday, {subject} homework, {child} is late, {event} cancelled'),
    sentences: [
      'Please sign the form for the {event} before Thursday.',
      '{child} forgot the {subject} homework again.',
      'Bring a cake for {number} guests to the {event}.',
      'The {subject} teacher praised {child} for a clever essay.',
    ],
    metrics: list('candles, stickers, bedtime, marks_in_class'),
  },
];
