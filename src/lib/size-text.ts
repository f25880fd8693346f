const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** `3.2 MiB`. */
export function sizeText(bytes: number): string {
  const at = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** at).toFixed(at === 0 ? 0 : 1)} ${units[at]}`
}
