import { parentPort, workerData } from 'node:worker_threads'
import { storedLines } from './app/stored-lines.ts'

// A program for a thread: `inThread` starts it with the path of the database.
parentPort?.postMessage(storedLines((workerData as { readonly path: string }).path))
