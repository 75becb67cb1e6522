import { describeFamily } from './check-operator.js';

describeFamily('matmul');
describeFamily('normalization');
describeFamily('reduction');
