import { type Domain, list } from './domain.js';

/** Shown in tests only. */
export const TEST_DOMAINS: readonly Domain[] = [
  {
    name: 'chess',
    words: {
      piece_name: list('bishop, knight, rook, queen, passed pawn, king'),
      opening: list('Sicilian, Caro-Kann, Ruy Lopez, Scandinavian, Nimzo-Indian, Dutch, Benoni'),
      square: list('e4, d5, c6, f7, h2, g8, a1, b4'),
    },
    titles: list('{piece_name} to {square}, check on {square}, {opening} refuted, zugzwang, {piece_name} sacrifice'),
    sentences: [
      'White plays the {piece_name} to {square} and wins a tempo.',
      'In the {opening} black gives up the {piece_name} for counterplay.',
      'After move {number} the {piece_name} on {square} is pinned.',
      'A draw was agreed, although the {piece_name} could still reach {square}.',
    ],
    metrics: list('elo, ply, blunders, clock_minutes'),
  },
  {
    name: 'medicine',
    words: {
      symptom: list('cough, migraine, rash, fever, nausea, back pain, fatigue, dizziness'),
      organ: list('liver, spleen, left knee, thyroid, stomach, retina, heart valve'),
      cure: list('ointment, bed rest, antibiotics, physiotherapy, cough syrup, a bandage'),
    },
    titles: list('persistent {symptom}, {organ} biopsy, {cure} prescribed, {symptom} after lunch'),
    sentences: [
      'The patient complains of {symptom} and a swollen {organ}.',
      'Treat the {symptom} with {cure} twice a day for {number} days.',
      'An ultrasound of the {organ} showed nothing unusual.',
      'See a doctor if the {symptom} returns despite {cure}.',
    ],
    metrics: list('pulse, fever_celsius, tablets, blood_sugar'),
  },
  {
    name: 'poetry',
    words: {
      image: list('a withered reed, the silver hour, a moth at the pane, nameless snow, the ferryman, an empty swing'),
      feeling: list('longing, grief, mirth, awe, tenderness, regret'),
      form: list('sonnet, haiku, villanelle, elegy, limerick, ode'),
    },
    titles: list('{form} on {feeling}, {image}, unfinished {form}, {feeling} and {image}'),
    sentences: [
      'O {image}, where has all my {feeling} gone?',
      'Between the lines of this {form} dwells {image}.',
      'And {feeling} came softly, like {image}.',
      'Count {number} syllables, then let {image} fall silent.',
    ],
    metrics: list('stanzas, rhymes, iambs'),
  },
  {
    name: 'zoology',
    words: {
      animal: list('axolotl, pangolin, heron, badger, manta ray, gibbon, hedgehog, puffin, wombat, newt'),
      habitat: list('mangrove, tundra, reed marsh, cloud forest, coral reef, savanna'),
      habit: list('hibernates, moults, burrows, courts, migrates, sheds its tail'),
    },
    titles: list('{animal} sighted, {animal} in the {habitat}, when the {animal} {habit}, rare {animal}'),
    sentences: [
      'The {animal} {habit} in the {habitat} from May onward.',
      'Unlike the {animal}, the {animal} {habit} at night.',
      'Rangers counted {number} of them near the {habitat}.',
      'A newborn {animal} weighs less than a walnut.',
    ],
    metrics: list('wingspan_cm, offspring, burrows, teeth'),
  },
  {
    name: 'football transfers',
    words: {
      footballer: list('Dario Penn, Luka Osei, Mats Ferro, Yann Abidal-Roth, Sol Ndaye, Iker Thorsen'),
      club: list('Harbour Rovers, Sporting Altona, Real Meseta, Union Lakeside, Dynamo Foothill'),
      fee: list('a record fee, a free transfer, a loan, a swap deal, an undisclosed sum'),
    },
    titles: list('{footballer} joins {club}, {club} sign {footballer}, here we go, {fee} for {footballer}'),
    sentences: [
      '{club} have signed {footballer} for {fee}.',
      '{footballer} passed the medical and will wear number {number}.',
      'Talks between {club} and {club} over {footballer} broke down.',
      'The striker leaves on {fee} when the window opens.',
    ],
    metrics: list('market_value, caps, assists, shirt_number'),
  },
  {
    name: 'recipes in other languages',
    words: {
      zutat: list('Mehl, Quark, Zwiebel, Petersilie, Sahne, Rotkohl, Kartoffel'),
      plat: list('tarte aux prunes, ratatouille, soupe au pistou, gratin de courge, clafoutis'),
      plato: list('arroz con leche, tortilla de patatas, gazpacho, empanada, cocido'),
    },
    titles: list('{plat} du dimanche, {zutat} schneiden, {plato} casero, {zutat} fehlt, receta de {plato}'),
    sentences: [
      'Die {zutat} fein hacken und mit der {zutat} {number} Minuten anbraten.',
      'Pour la {plat}, faites revenir les oignons dans un peu de beurre.',
      'Para la {plato} se necesita aceite, sal y mucha paciencia.',
      'Zum Schluss die {zutat} unterheben und warm servieren.',
      'Servez la {plat} avec une salade verte et du pain frais.',
    ],
    metrics: list('minuten, cuillerees, raciones, gramm'),
  },
  {
    name: 'geology',
    words: {
      stone: list('basalt, gneiss, obsidian, limestone, opal, slate, pumice'),
      age: list('Jurassic, Devonian, Permian, Cretaceous, Silurian'),
    },
    titles: list('{stone} found, {age} {stone}, layers of {stone}, fossil in {stone}'),
    sentences: [
      'This {stone} was laid down in the {age}.',
      'A thin seam of {stone} runs through the {age} cliffs.',
      'Scratch the {stone} with a coin to tell it from {stone}.',
    ],
    metrics: list('hardness, strata, fossils'),
  },
];
