/** What has to come up at least once in 20,000 seeds, or the simulation is too tame. */
export const situations: readonly string[] = []
