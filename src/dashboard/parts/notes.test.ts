import assert from 'node:assert/strict'
import test from 'node:test'
import { changeOf, notesOf } from '../../domain/change.ts'
import { notes } from './notes.ts'

const change = (title: string) => changeOf({ sha: 'a'.repeat(40), title, body: '', author: 'Ada', committedAt: 0 })

test('what notes are made from is read as it was written, under its heading', () => {
  const text = notesOf([change('feat: a *cart* <b> (#12)'), change('fix: the_cart'), change('fix: it')])
  assert.equal(
    String(notes(text)),
    '<div class="prose"><h3>Features</h3><ul><li>a *cart* &lt;b&gt; (#12, Ada)</li></ul><h3>Fixes</h3><ul><li>the_cart (aaaaaaa, Ada)</li><li>it (aaaaaaa, Ada)</li></ul></div>',
  )
})

test('notes of somebody’s own keep their lines, and are no part of the page', () => {
  const own = String(notes('Hello <script>\n- not a list\n\n# A\nb\n'))
  assert.equal(own, '<div class="prose"><p>Hello &lt;script&gt;<br>- not a list<br></p><p># A<br>b<br></p></div>')
})
