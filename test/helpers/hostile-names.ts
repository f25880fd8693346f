/** Kept apart, so that no tool takes the text for a template. */
const dollar = '$'

/** Names somebody might give a branch or a tag to make a program do something else than handle a name. */
export const hostileNames: readonly string[] = [
  ...shell(),
  ...options(),
  ...control(),
  ...turning(),
  ...shape(),
  ...paths(),
  ...lengths(),
  ...languages(),
]

function shell(): readonly string[] {
  const marker = `touch${dollar}{IFS}signalbox-marker`
  return [
    ...[`$(${marker})`, `\`${marker}\``, `;${marker};`, `&&${marker}`, `||${marker}`, `|${marker}`, `&${marker}&`],
    ...[
      `'${marker}'`,
      `"${marker}"`,
      `'"\`$(${marker})`,
      `>signalbox-marker`,
      `<signalbox-marker`,
      `$((1+1))`,
      `${dollar}{HOME}`,
      '$HOME',
      '$PORT',
    ],
    ...[
      '!!',
      '!$',
      '#comment',
      '{a,b}',
      '%PATH%',
      '%0a',
      '%00',
      '%s%n%x',
      '$IFS',
      '~root',
      '\\x00',
      '\\n',
      "a'b",
      'a"b',
      'a`b',
      'a;b',
      'a|b',
      'a&b',
    ],
    ...[
      '(a)',
      '<script>alert(1)</script>',
      '{{7*7}}',
      `${dollar}{{secrets.X}}`,
      '<%=1%>',
      '=cmd|x',
      '@SUM(1)',
      "';DROP TABLE runs;--",
      "' OR 1=1 --",
    ],
  ]
}

function options(): readonly string[] {
  return [
    '-x',
    '--help',
    '--upload-pack=touch',
    '-',
    '--',
    '-/-',
    'a/-x',
    'a/--exec',
    '--end-of-options',
    '-oProxyCommand=x',
    '+x',
    'a/-',
    '@file',
  ]
}

function control(): readonly string[] {
  const codes = [1, 7, 8, 9, 11, 12, 13, 27, 31, 127, 0x85, 0x9b, 0xa0, 0x2028, 0x2029]
  return [
    ...codes.map((code) => `a${String.fromCharCode(code)}b`),
    'a\nb',
    'a\r\nb',
    '\u001b[2Ja',
    '\u001b]0;title\u0007',
    ' a',
    'a ',
    'a b',
  ]
}

function turning(): readonly string[] {
  return ['\u202e', '\u202d', '\u2066', '\u2067', '\u2069', '\u200e', '\u200f', '\u061c'].map(
    (mark) => `main${mark}gnp.exe`,
  )
}

function shape(): readonly string[] {
  return [
    ...[
      '.',
      '..',
      '...',
      '.a',
      'a.',
      'a..b',
      'a.lock',
      'a.lock/b',
      'a/.b',
      'a//b',
      '/a',
      'a/',
      '@',
      '@{',
      'a@{b',
      'a@{1}',
      'HEAD',
      '*',
      '?',
      '[',
    ],
    ...[
      'a*b',
      'a?b',
      'a[b]',
      'a~b',
      'a^b',
      'a:b',
      'a\\b',
      '^',
      '~',
      ':',
      'refs',
      'heads',
      'refs/heads/main',
      'FETCH_HEAD',
      'a@',
      'a/@',
      '@/a',
      '[a]',
    ],
  ]
}

function paths(): readonly string[] {
  return [
    '../../etc/passwd',
    'a/../b',
    './a',
    'a/./b',
    '/etc/passwd',
    'config',
    'objects',
    'hooks/post-receive',
    'C:\\x',
    'con',
    'nul',
    '~/.ssh',
    '.git/config',
  ]
}

function lengths(): readonly string[] {
  return [
    'a'.repeat(100),
    'a'.repeat(244),
    'a'.repeat(245),
    'a'.repeat(255),
    'a'.repeat(4096),
    'é'.repeat(122),
    'é'.repeat(130),
    `${'a/'.repeat(100)}a`,
    'f'.repeat(40),
    'a'.repeat(64),
    '0'.repeat(40),
  ]
}

function languages(): readonly string[] {
  return [
    '日本語',
    'ветка',
    'فرع',
    'é',
    'e\u0301',
    '🚂',
    '\ufeffbom',
    'a\u200bb',
    'a\u00adb',
    'ＡＢＣ',
    'ı',
    'ß',
    '\u0000',
    '\ud800',
    '\ufffd',
    'a\u3000b',
    'main\u0430',
  ]
}
