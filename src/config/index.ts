export { type KillSwitchSettings, readKillSwitch } from './read-kill-switch.js';
export { type ChainConfig, type ChainConfigOptions, resolveChainConfig } from './resolve-chain-config.js';
export {
  type ClientConfig,
  type ClientConfigOptions,
  resolveClientConfig,
} from './resolve-client-config.js';
export {
  type Config,
  type ConfigOptions,
  type ModelConfig,
  resolveConfig,
  resolveModelConfig,
} from './resolve-config.js';
export { resolveSinkConfig, type SinkConfig, type SinkConfigOptions } from './resolve-sink-config.js';
export type { ConfigSource, ConfigValue, Environment } from './resolve-value.js';
