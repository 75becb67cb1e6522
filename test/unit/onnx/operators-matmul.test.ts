import { describeFamily } from './check-operator.js';

describeFamily('matmul');
