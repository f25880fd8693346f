/**
 * How one commit stands to another: `newer` = it has the other in its history, `older` = the other way round, `apart` = neither;
 * `unknown` = one of them is gone. Once known it never changes, for a commit's history is part of its name.
 */
export type Relation = 'same' | 'newer' | 'older' | 'apart' | 'unknown'
