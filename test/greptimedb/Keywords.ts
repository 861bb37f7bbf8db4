/**
 * Words that a column of CREATE TABLE can have for its name only in quotes: the contract's list, and the
 * words of the statements themselves.
 */
const words = `
id detail name status version level message type value user key comment time timestamp date data path source
target hash checksum step lock region event action service number metric tag count min max sum avg owner role
order group index position sequence start end location category method class domain zone timezone offset limit
rank row table schema database catalog file format size ref uuid secret password login session query result
error cluster task channel partition member usage free interval period window bucket run rollback text json
object map array list set language public local global temp temporary current next first last percent point
power
add all alter and any as asc begin between bigint boolean by case cast column commit constraint create cross
default delete desc describe distinct double drop else exists explain external false filter float foreign from
full function grant having if in inner insert int integer into is join left like merge modify not null on or
outer over primary references rename replace revoke right savepoint select show some string then to transaction
trigger true truncate union unique unset update use using values varchar view when where with`

const keywords = new Set(words.trim().split(/\s+/))

export const isKeyword = (word: string): boolean => keywords.has(word.toLowerCase())
