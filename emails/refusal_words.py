"""The words in which servers refuse mail, most telling first.

General wording only: the texts of RFC 5321 and 3463 and what widely used servers say, never one site's own sentence.
A table lists reasons in the order in which they are tried and below each the patterns that tell it. {WORD}, {WHO} and
{NOT_THERE} stand for what is defined here. Every pattern is bounded (no `.*`), since the words come from strangers.
"""

import re

WORDS_LENGTH = 2000  # characters of an answer that are looked at

_WORD = r"(?:\S+ )"
_WHO = (
    r"(?:user|recipient|mailbox|account|addressee|local part|rcpt|utilisateur|destinataire|"
    r"empf[äa]nger|benutzer)"
)
_NOT_THERE = (
    r"(?:unknown(?! (?:error|reason|problem|failure))|not (?:be )?found|not exist|"
    r"no longer (?:exist|valid|available|on|in use|employed|with)|doesn.?t exist|"
    r"isn.?t (?:here|found)|not known|invalid|non-?existent|"
    r"is not (?:known|valid|listed|registered)|not (?:listed|registered|recogni[sz]ed)|"
    r"inconnue?|unbekannt|desconocido|desconhecido|n.existe pas|no existe|não existe|"
    r"finns inte)"
)


def _rules(table: str) -> list[tuple[str, re.Pattern[str]]]:
    """The reasons of a table, each with its patterns as one."""
    rules: list[tuple[str, list[str]]] = []
    for line in filter(str.strip, table.splitlines()):
        if line.startswith(" "):
            rules[-1][1].append(line.strip())
        else:
            rules.append((line.rstrip(":"), []))
    return [(reason, re.compile("|".join(map(_filled, patterns)))) for reason, patterns in rules]


def _filled(pattern: str) -> str:
    return (
        pattern.replace("{WORD}", _WORD).replace("{WHO}", _WHO).replace("{NOT_THERE}", _NOT_THERE)
    )


# These say what happened whatever the status beside them claims.
SETTLED_BY_WORDS = _rules(r"""
sender:
    \bsender(?:.s)? (?:e-?mail )?(?:address |domain |is )?(?:rejected|refused|unknown|invalid|denied)
    \bsender(?:.s)? (?:e-?mail )?(?:address |domain |is )?(?:does not exist|not exist|not found)
    unroutable sender
    (?:invalid|unknown|bad) (?:sender|return path|envelope from|reverse.path)
    domain of sender
    sender (?:verify|verification|callout) (?:failed|failure)
    could not verify (?:the )?sender
    (?:mail from|return.path|envelope from) [^.]{0,40}(?:does not exist|invalid|not accepted|cannot be resolved)
auth:
    \bd(?:marc|kim)\b|\bspf\b|sender policy framework|unauthenticated (?:e-?mail|senders?)
    (?:not|does not) have authentication information
    sender id .{0,20}fail|message.{0,20} not authenticated
rate_limited:
    rate.?limit|\brate that\b
    too (?:many|much) (?:connections|recipients|messages|mails?|e-?mails?|concurrent|simultaneous)
    too (?:many|much) (?:sessions|requests|errors|conversations|invalid recipients)
    too (?:fast|frequent)|throttl
    (?:hourly|daily|sending|connection) {WORD}{0,3}(?:rate|quota|limit|count)s? {WORD}{0,3}(?:exceed|reach)
    frequency limit|message rate|limit on the number of
    exceeded (?:the |your )?(?:maximum |allowed )*(?:number of|connection|sending|rate)
    receiving mail too quickly|to too many recipients
mailbox_full:
    (?:mail ?box|account|inbox|user|recipient|folder|maildir|storage|mailfolder)(?:.s)? {WORD}{0,6}full\b
    full mail ?box|over ?quota
    (?:exceed|over|out of|reached|insufficient|beyond)(?:s|ed|ing)? {WORD}{0,6}(?:quota|mailbox (?:size|limit))
    (?:exceed|over|out of|reached|insufficient|beyond)(?:s|ed|ing)? {WORD}{0,6}storage (?:limit|space|allocation|capacity)
    quota {WORD}{0,3}(?:exceed|violat|full|limit)|quotaexceed
    (?:not enough|insufficient|no more|out of) {WORD}{0,3}(?:storage|space)(?: {WORD}{0,4}mailbox)
    mailbox {WORD}{0,2}exceed
    mailbox (?:size )?(?:limit|capacity) {WORD}{0,2}(?:exceed|reach)
    no space left|bo[iî]te {WORD}{0,3}pleine|postfach {WORD}{0,3}voll|buz[oó]n {WORD}{0,3}lleno
    caixa {WORD}{0,3}cheia|(?:容量|メールボックス)\S{0,12}(?:一杯|いっぱい|超え|オーバー)|ящик переполнен
relaying:
    \brelay(?:ing)? {WORD}{0,3}(?:denied|not (?:permitted|allowed|possible)|prohibited|rejected|refused|disallowed)
    unable to relay
    not (?:configured to|permitted to|allowed to|authorized to|authorised to|willing to) relay
    (?:we|do|does) (?:do )?not relay|no relay(?:ing)?\b|cannot relay|relaying to|\brcpthosts\b
spam:
    spam (?:content|score|url|message|mail)|\bas {WORD}?spam\b
    (?:probability|suspected|likely|looks? like) (?:of )?{WORD}?spam\b
blocked:
    \b(?:dns ?bl|rbl|sbl|xbl|pbl|cbl)\b|dnsbl|spamhaus|spamcop|sorbs|barracudacentral|black ?-?list|block ?-?list
    deny ?list
    (?:client|sending|your|source|sender|mta|smtp) {WORD}{0,3}(?:host|ip|server|mta)s? {WORD}{0,4}(?:blocked|banned|listed)
    (?:client|sending|your|source|sender|mta|smtp) {WORD}{0,3}(?:host|ip|server|mta)s? {WORD}{0,4}(?:rejected|denied|refused)
    banned sending ip|blocked (?:using|by|for|due|because|as)|(?:bad|poor|low) {WORD}{0,2}reputation
    reputation {WORD}{0,4}(?:low|poor|bad)|\bptr\b|reverse (?:dns|lookup|hostname|name|address)|\brdns\b
    cannot find your (?:reverse )?hostname|ip name lookup|open relay
    does not (?:have|resolve)[^.]{0,40}hostname
    helo command rejected
    (?:your|client|sending) ip (?:address )?{WORD}{0,3}(?:is|was|has)
    mismatch(?:es)? client ip|(?:invalid|unknown|bad) ip\b
no_such_mailbox:
    (?:unknown|invalid|no such|non-?existent|bad|illegal|incorrect|undeliverable) {WORD}?(?:user|recipient|mailbox)\b(?! error)
    (?:unknown|invalid|no such|non-?existent|bad|illegal|incorrect|undeliverable) {WORD}?(?:local.part|account)\b(?! error)
    (?:unknown|invalid|no such|non-?existent|bad|illegal|incorrect|undeliverable) {WORD}?address(?:ee)?\b(?! error)
    \b{WHO}s? {WORD}{0,5}{NOT_THERE}
    {WHO}s?[^.;]{0,60} {NOT_THERE}
    \bno (?:mailbox|account|user|one|recipient|person)s? {WORD}{0,3}(?:here|by that|with (?:that|this)|called|named)
    (?:address|recipient|user|mailbox|e-?mail|account|person) {WORD}{0,6}(?:does not|doesn.?t|do not|did not) exist
    (?:does not|doesn.?t|do not|don.?t) have (?:an?|any|such) {WORD}{0,2}(?:account|mailbox|user)
    not a (?:valid|known|registered|local) {WORD}{0,2}(?:user|mailbox|recipient|address|account)
    not our customer|recip(?:ient)?notfound|recipient not found
    (?:destination|recipient) (?:mailbox )?(?:has )?moved
    no forwarding address|(?<!ip )address (?:is )?unknown|invalid {WORD}{0,2}user ?(?:id|name)
    address (?:could not be|couldn.?t be|was not|wasn.?t|not) found
    unknown or illegal alias|user unknown|user not local|unknown (?:local|virtual|user)
    (?:^|[^\w])unrouteable address
    (?:cannot|could not|can.?t|unable to) find {WORD}{0,3}(?:user|recipient|mailbox|account)
    has left (?:the )?(?:company|organi[sz]ation)|no longer (?:with|works|employed)|adresse? {WORD}{0,3}invalide?
    recipient address rejected: access denied|bo[iî]te {WORD}{0,3}inexistante|no valid recipients?
    (?:見つかりません|存在しません|リストにありません|宛先不明|あて先不明)|пользовател\w+ не найден|не существует
network:
    not found, try again|temporary (?:name|dns|lookup)|servfail
    dns [^.]{0,30}temporar
    host name lookup failure
no_such_host:
    (?:host|domain|dns) ?(?:name )?{WORD}{0,4}(?:not found|unknown|not resolve|lookup failed|non-?existent)
    (?:host|domain|dns) ?(?:name )?{WORD}{0,4}(?:does not exist|doesn.?t exist|not exist)
    (?:unknown|no such|nonexistent|non-existent) {WORD}?(?:host|domain|hostname|domain name)\b
    (?:bad|invalid) destination (?:system|host|domain)
    nxdomain|\bnull ?mx\b
    (?:couldn.?t|could not|can ?not|unable to|can.?t) find (?:any |an? )?(?:host|domain|mail exchanger|mx)
    (?:does not|doesn.?t|do not|not) (?:accept|receive) (?:any )?(?:mail|e-?mail|network messages)\b(?! from)
    not accepting network messages
    no (?:mx|mail exchanger|mail server)s? {WORD}{0,3}(?:for|found|exist)
    unrouteable (?:mail )?domain|no smtp service|illegal host|host/domain name found
    (?:node|host)?name nor servname|name or service not known|all relevant mx records point to non-existent
    mx {WORD}{0,4}points? to (?:nowhere|localhost|0\.0\.0\.0)
inactive:
    \b{WHO}s? {WORD}{0,7}(?:disabled|inactive|suspended|deactivated|frozen|not active|discontinued)
    \b{WHO}s? {WORD}{0,3}(?:locked|expired|closed|terminated|cancell?ed)
    (?:disabled|inactive|suspended|deactivated|locked|not active) {WORD}{0,2}(?:user|recipient|mailbox|account|address)
    (?:not|no longer) (?:currently )?accepting (?:mail|messages)(?! from)
    no longer accepts (?:mail|e-?mail|messages)(?! from)
""")

# These help where the status says no more than "other" or "policy", or where there is none.
SUGGESTED_BY_WORDS = _rules(r"""
expired:
    (?:message|mail|queue|delivery|retry|retries) ?{WORD}{0,4}(?:expired|timeout exceeded|time.?out exceeded)
    been (?:in the queue|queued) {WORD}{0,3}too long
    too long (?:in|on) (?:the )?queue|retry (?:time|timeout)|giving up|could not be delivered (?:for|within)
    (?:not|unable to) (?:be )?deliver(?:ed)? {WORD}{0,3}(?:for|in|within|after) {WORD}{0,3}(?:hours?|days?|minutes?)
    not yet been delivered|message (?:is|was) delayed
too_big:
    (?:message|mail|size|body|header|attachment)s? {WORD}{0,5}(?:too (?:big|large|long)|exceed(?:s|ed)?)
    too (?:big|large) {WORD}{0,2}(?:message|mail)
    exceed(?:s|ed|ing)? {WORD}{0,5}(?:message )?size
    size limit|message length
spam:
    \bspam|\bube\b|\buce\b|\bjunk\b|\bbulk mail|unsolicited|high {WORD}?score|phish|looks? like {WORD}?spam
content:
    virus|malware|infected|attachment
    (?:message )?content {WORD}{0,2}(?:reject|refus|not accept|block)
    trojan|malformed|duplicate header|invalid header|missing {WORD}?header|8.?bit|not {WORD}{0,2}rfc|rfc ?\d{3,4}
    multiple addresses in from|executable|banned (?:file|name|content)|bare (?:lf|cr)
restricted:
    not (?:authori[sz]ed|permitted|allowed) to (?:send|post|submit|mail)
    authrequired|authentication (?:is )?required
    only {WORD}{0,4}(?:members|subscribers|senders|internal)
    not (?:a |an )?(?:member|subscriber)|members? only|do(?:es)?n.?t have permission|may not have permission
    restricted|requires? (?:sender )?authenticat|moderat
blocked:
    \bblocked\b|\bbanned\b|\breputation\b|bloqu[ée]e?|no access from|not accepting {WORD}{0,3}connections? from
    connection {WORD}?(?:refused by policy|rejected|dropped)
    service (?:permits|refused)|server access
policy:
    polic(?:y|ies)|access denied|administrative(?:ly)? (?:prohib|den|reject)|prohibited|not (?:allowed|permitted)
    rejected by {WORD}{0,3}(?:rule|filter|recipient|admin|organi[sz]ation)
    security|refused by|greylist|graylist
network:
    timed? ?out
    connection {WORD}{0,3}(?:refused|reset|lost|closed|failed|dropped)
    lost connection|no route to|(?:network|host) (?:is )?unreachable|unable to connect|could not connect
    can.?t connect|cannot connect|connect(?:ion)? to|too many hops|\bloops?\b|hop count|name service
    dns (?:query|error|fail|lookup)|not reachable|no answer from|able to establish|loops back|lookup fail
    network error|address family mismatch|unable to (?:contact|reach)
mailbox_full:
    \bquota\b|disk full|(?:disk|storage|mailbox) (?:space|limit)|insufficient (?:system )?storage
no_such_mailbox:
    ^(?:smtp; ?)?[\d.\-:<>;, ]{0,20}(?:requested (?:mail )?action {WORD}{1,2})?mailbox (?:is )?unavailable
    no such (?:user|address|person|recipient)|unrouteable
    (?:address|recipient) (?:rejected|refused)\W*$
    not here\b
no_such_host:
    \b(?:invalid|bad|illegal) (?:mail )?(?:domain|host)(?: ?name)?\b
system:
    system (?:error|failure|problem|resources|not)
    internal {WORD}?error|temporar|service {WORD}{0,2}unavailable
    local {WORD}{0,2}(?:error|problem|configuration)
    try again later|disk (?:error|i/?o)|i/?o error|protocol error
    (?:mailer|pipe|filter|command|program|procmail|delivery agent)
    transaction failed|syntax error|sequence of
""")
