import { parentPort, workerData } from 'node:worker_threads'
import { copyWork, type DatabaseWork } from './app/backups/database.ts'

// A program for a thread: `inThread` starts it with what is to be copied and looked at.
parentPort?.postMessage(copyWork(workerData as DatabaseWork))
