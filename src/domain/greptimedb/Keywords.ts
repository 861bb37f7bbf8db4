/** Words of GreptimeDB's SQL that are likely names of columns: in CREATE TABLE they need their quotes. */
const words = `
add all alter and any array as asc avg begin between bigint boolean bucket by case cast catalog category channel
checksum class cluster column comment commit constraint count create cross current data database date default delete
desc describe detail distinct domain double drop else end error event exists explain external false file
filter first float foreign format free from full function global grant group hash having id if in index inner insert
int integer interval into is join json key language last left level like limit list local location lock login map max
member merge message method metric min modify name next not null number object offset on or order outer over owner
partition password path percent period point position power primary public query rank ref references region rename
replace result revoke right role rollback row run savepoint schema secret select sequence service session set show size
some source start status step string sum table tag target task temp temporary text then time timestamp timezone to
transaction trigger true truncate type union unique unset update usage use user using uuid value values varchar version
view when where window with zone`

const keywords: ReadonlySet<string> = new Set(words.trim().split(/\s+/))

/** Whether a word in lower case is one of them. */
export const isKeyword = (word: string): boolean => keywords.has(word)
