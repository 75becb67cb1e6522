export {
  type Config,
  type ConfigOptions,
  type ConfigSource,
  type ConfigValue,
  type Environment,
  resolveConfig,
} from './resolve-config.js';
