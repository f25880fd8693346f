import type { Message } from '../../src/domain/notice.ts'

/** Something to tell, with everything left usual that a test does not name. */
export function messageOf(given: Partial<Message> = {}): Message {
  return {
    ...{ id: 'notice_1', event: 'deployment_failed', at: 1_700_000_000_000, project: 'shop', app: 'web' },
    ...{ environment: 'production', subject: 'd7', title: 'web 4f2a91c failed in production' },
    ...{ lines: ['4f2a91c Faster cart', 'not healthy'], people: ['ada'], url: 'https://box.test/deployments/d7' },
    ...given,
  }
}
