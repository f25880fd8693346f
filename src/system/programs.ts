/** Where the system's own programs (tar, sync, sh) are looked for; no setting of whoever started us changes it. */
export const systemPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
