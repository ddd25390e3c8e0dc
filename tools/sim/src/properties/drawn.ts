/**
 * How many tales are drawn, and from which seed: the same ones in each check, so that a failure is one of the change at
 * hand. `SIM_TALES=20000 SIM_SEED=$RANDOM` looks for new ones.
 */
export const drawn = {
  tales: Number(process.env['SIM_TALES'] ?? 2500),
  seed: Number(process.env['SIM_SEED'] ?? 20261123),
} as const;
