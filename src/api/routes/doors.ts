import { z } from 'zod'
import { atEnvironment, name, ofEnvironment } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

const ofUser = z.strictObject({ project: name, environment: name, user: name })

/** What a browser can send: a colon would end the name. */
const userName = /^[A-Za-z0-9][\w.@+-]{0,63}$/

export const doorRoutes = {
  'access.get': route({
    ...{ method: 'GET', path: `${atEnvironment}/access`, scope: 'read', kind: 'json' },
    sentence: 'Tells who may look at an environment, and whether its visitors see the maintenance page.',
    params: ofEnvironment,
    answer: views.door,
  }),
  'access.set': route({
    ...{
      method: 'PUT',
      path: `${atEnvironment}/access/users/:user`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
      confirm: true,
    },
    sentence: 'Gives a name a password for an environment, or another one. Only a hash of it is kept.',
    params: ofUser.extend({
      user: z
        .string()
        .regex(userName, 'expected 1 to 64 letters, digits and any of . _ @ + - with a letter or a digit first'),
    }),
    body: z.strictObject({ password: z.string().min(8, 'expected 8 characters or more').max(200) }),
    answer: views.door,
  }),
  'access.remove': route({
    ...{
      method: 'DELETE',
      path: `${atEnvironment}/access/users/:user`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
    },
    sentence: 'Takes a name and its password away; false when there was none.',
    params: ofUser,
    answer: z.object({ removed: z.boolean() }),
  }),
  'maintenance.on': route({
    ...{ method: 'POST', path: `${atEnvironment}/maintenance`, scope: 'maintain', permission: 'config', kind: 'json' },
    sentence: 'Shows visitors a page in place of the app. Deployments go on behind it.',
    params: ofEnvironment,
    body: z.strictObject({ message: z.string().min(1).max(1_000).optional() }),
    answer: views.maintenance,
  }),
  'maintenance.off': route({
    ...{
      method: 'DELETE',
      path: `${atEnvironment}/maintenance`,
      scope: 'maintain',
      permission: 'config',
      kind: 'json',
    },
    sentence: 'Lets visitors in again; false when they were not kept out.',
    params: ofEnvironment,
    answer: z.object({ ended: z.boolean() }),
  }),
} as const
