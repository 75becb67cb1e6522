import { describeFamily } from './check-operator.js';

describeFamily('layout');
describeFamily('slicing');
describeFamily('indexing');
