"""The words in which servers refuse mail, most telling first.

General wording only: the texts of RFC 5321 and 3463 and what widely used servers say, never one site's own sentence.
Every pattern is bounded (no `.*`), since the words come from strangers.
"""

import re

WORDS_LENGTH = 2000  # characters of an answer that are looked at

_WHO = r"(?:user|recipient|mailbox|account|addressee|local part|rcpt|utilisateur|destinataire|empf[äa]nger|benutzer)"
_NOT_THERE = (
    r"(?:unknown(?! (?:error|reason|problem|failure))|not (?:be )?found|not exist|"
    r"no longer (?:exist|valid|available|on|in use|employed|with)|"
    r"doesn.?t exist|isn.?t (?:here|found)|not known|invalid|non-?existent|is not (?:known|valid|listed|registered)|"
    r"not (?:listed|registered|recogni[sz]ed)|inconnue?|unbekannt|desconocido|desconhecido|n.existe pas|no existe|não existe|finns inte)"
)


def _rules(*rules: tuple[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(reason, re.compile(pattern)) for reason, pattern in rules]


# These say what happened whatever the status beside them claims.
SETTLED_BY_WORDS = _rules(
    (
        "sender",
        r"\bsender(?:.s)? (?:e-?mail )?(?:address |domain |verif|is )?(?:rejected|refused|unknown|invalid|does not exist|"
        r"verification failed|verify failed|not exist|denied|not found)|unroutable sender|"
        r"(?:invalid|unknown|bad) (?:sender|return path|envelope from|reverse.path)|domain of sender|"
        r"sender (?:verify|verification|callout) (?:failed|failure)|could not verify (?:the )?sender|"
        r"(?:mail from|return.path|envelope from) [^.]{0,40}(?:does not exist|invalid|not accepted|cannot be resolved)",
    ),
    (
        "auth",
        r"\bd(?:marc|kim)\b|\bspf\b|sender policy framework|unauthenticated (?:e-?mail|senders?)|"
        r"(?:not|does not) have authentication information|sender id .{0,20}fail|message.{0,20} not authenticated",
    ),
    (
        "rate_limited",
        r"rate.?limit|\brate that\b|too (?:many|much) (?:connections|recipients|messages|mails?|e-?mails?|concurrent|"
        r"sessions|requests|errors|simultaneous|conversations|invalid recipients)|too (?:fast|frequent)|throttl|"
        r"(?:hourly|daily|sending|connection) (?:\S+ ){0,3}(?:rate|quota|limit|count)s? (?:\S+ ){0,3}(?:exceed|reach)|frequency limit|"
        r"message rate|"
        r"limit on the number of|exceeded (?:the |your )?(?:maximum |allowed )*(?:number of|connection|sending|rate)|"
        r"receiving mail too quickly|to too many recipients",
    ),
    (
        "mailbox_full",
        r"(?:mail ?box|account|inbox|user|recipient|folder|maildir|storage|mailfolder)(?:.s)? (?:is |has been |for )?"
        r"(?:\S+ ){0,4}(?:too )?full\b|full mail ?box|"
        r"over ?quota|(?:exceed|over|out of|reached|insufficient|beyond)(?:s|ed|ing)? (?:\S+ ){0,6}"
        r"(?:quota|mailbox size|mailbox limit|storage (?:limit|space|allocation|capacity))|"
        r"quota (?:\S+ ){0,3}(?:exceed|violat|full|limit)|quotaexceed|"
        r"(?:not enough|insufficient|no more|out of) (?:\S+ ){0,3}(?:storage|space)(?: (?:\S+ ){0,4}mailbox)|"
        r"mailbox (?:size )?(?:limit|capacity) (?:\S+ ){0,2}(?:exceed|reach)|no space left|bo[iî]te (?:\S+ ){0,3}pleine|"
        r"postfach (?:\S+ ){0,3}voll|buz[oó]n (?:\S+ ){0,3}lleno|caixa (?:\S+ ){0,3}cheia|"
        r"(?:容量|メールボックス)\S{0,12}(?:一杯|いっぱい|超え|オーバー)|ящик переполнен",
    ),
    (
        "relaying",
        r"\brelay(?:ing)? (?:access |is |was |operation |not |prohibited|denied|permitted|mail )*(?:denied|not (?:permitted|"
        r"allowed|possible)|prohibited|rejected|refused|disallowed)|unable to relay|not (?:configured to|permitted to|allowed "
        r"to|authorized to|authorised to|willing to) relay|(?:we|do|does) (?:do )?not relay|no relay(?:ing)?\b|cannot relay|"
        r"relaying to|\brcpthosts\b",
    ),
    (
        "spam",
        r"spam (?:content|score|url|message|mail)|\bas (?:\S+ )?spam\b|(?:probability|"
        r"suspected|likely|looks? like) (?:of )?(?:\S+ )?spam\b",
    ),
    (
        "blocked",
        r"\b(?:dns ?bl|rbl|sbl|xbl|pbl|cbl)\b|dnsbl|spamhaus|spamcop|sorbs|barracudacentral|black ?-?list|block ?-?list|"
        r"deny ?list|(?:client|sending|your|source|sender|mta|smtp) ?(?:\S+ ){0,3}(?:host|ip|server|ip address|mta)s? "
        r"(?:\S+ ){0,4}(?:blocked|banned|rejected|denied|refused|listed|not allowed)|banned sending ip|"
        r"blocked (?:using|by|for|due|because|as)|(?:bad|poor|low) (?:\S+ ){0,2}reputation|reputation (?:\S+ ){0,4}"
        r"(?:low|poor|bad)|\bptr\b|reverse (?:dns|lookup|hostname|name|address)|\brdns\b|cannot find your (?:reverse )?"
        r"hostname|ip name lookup|open relay|does not (?:have|resolve)[^.]{0,40}hostname|helo command rejected|"
        r"(?:your|client|sending) ip (?:address )?(?:\S+ ){0,3}(?:is|was|has)|mismatch(?:es)? client ip|invalid ip",
    ),
    (
        "no_such_mailbox",
        rf"(?:unknown|invalid|no such|nonexistent|non-existent|bad|illegal|incorrect|undeliverable) (?:\S+ )?"
        rf"(?:user|recipient|mailbox|e-?mail address|"
        rf"local.part|address(?:ee)?|account|destination mailbox|destination address)\b(?! error)|"
        rf"\b{_WHO}s? (?:\S+ ){{0,5}}{_NOT_THERE}|{_WHO}s?[^.;]{{0,60}} (?:{_NOT_THERE})|"
        r"\bno (?:mailbox|account|user|one|recipient|person)s? (?:\S+ ){0,3}(?:here|by that|with (?:that|this)|called|named)|"
        r"(?:address|recipient|user|mailbox|e-?mail|account|person) (?:\S+ ){0,6}(?:does not|doesn.?t|do not|did not) exist|"
        r"(?:does not|doesn.?t|do not|don.?t) have (?:an?|any|such) (?:\S+ ){0,2}(?:account|mailbox|user)|not a (?:valid|"
        r"known|registered|local) (?:\S+ ){0,2}(?:user|mailbox|recipient|address|account)|not our customer|"
        r"recip(?:ient)?notfound|recipient not found|(?:destination|recipient) (?:mailbox )?(?:has )?moved|"
        r"no forwarding address|user unknown|user not local|unknown (?:local|virtual|user)|(?:^|[^\w])unrouteable address|"
        r"(?:cannot|could not|can.?t|unable to) find (?:\S+ ){0,3}(?:user|recipient|mailbox|account)|"
        r"has left (?:the )?(?:company|organi[sz]ation)|no longer (?:with|works|employed)|adresse? (?:\S+ ){0,3}invalide?|"
        r"recipient address rejected: access denied|bo[iî]te (?:\S+ ){0,3}inexistante|"
        r"no valid recipients?|(?:見つかりません|存在しません|リストにありません|宛先不明|あて先不明)|"
        r"пользовател\w+ не найден|не существует",
    ),
    (
        "network",
        r"not found, try again|temporary (?:name|dns|lookup)|servfail|dns [^.]{0,30}temporar|host name lookup failure",
    ),
    (
        "no_such_host",
        r"(?:host|domain|hostname|domain name|host name|dns name) (?:name )?(?:\S+ ){0,4}(?:not found|unknown|does not exist|"
        r"doesn.?t exist|not exist|not resolve|lookup failed|non-?existent)|(?:unknown|no such|nonexistent|non-existent) "
        r"(?:\S+ )?(?:host|domain|hostname|domain name)\b|(?:bad|invalid) destination (?:system|host|domain)|nxdomain|\bnull ?mx\b|"
        r"(?:couldn.?t|could not|can ?not|unable to|can.?t) find (?:any |an? )?(?:host|domain|mail exchanger|mx)|"
        r"(?:does not|doesn.?t|do not|not) (?:accept|receive) (?:any )?(?:mail|e-?mail|network messages)\b(?! from)|"
        r"not accepting network messages|no (?:mx|mail exchanger|mail server)s? (?:\S+ ){0,3}(?:for|found|exist)|"
        r"all relevant mx records point to non-existent|mx (?:\S+ ){0,4}points? to (?:nowhere|localhost|0\.0\.0\.0)",
    ),
    (
        "inactive",
        rf"\b{_WHO}s? (?:\S+ ){{0,7}}(?:disabled|inactive|suspended|deactivated|frozen|not active|"
        rf"discontinued)|\b{_WHO}s? (?:\S+ ){{0,3}}(?:locked|expired|closed|terminated|cancell?ed)|"
        r"(?:disabled|inactive|suspended|deactivated|locked|not active) "
        r"(?:\S+ ){0,2}(?:user|recipient|mailbox|account|address)|(?:not|no longer) (?:currently )?accepting (?:mail|messages)(?! from)",
    ),
)

# These help where the status says no more than "other" or "policy", or where there is none.
SUGGESTED_BY_WORDS = _rules(
    (
        "expired",
        r"(?:message|mail|queue|delivery|retry|retries) ?(?:\S+ ){0,4}(?:expired|timeout exceeded|time.?out exceeded)|"
        r"been (?:in the queue|queued) (?:\S+ ){0,3}too long|too long (?:in|on) (?:the )?queue|retry (?:time|timeout) |"
        r"giving up|could not be delivered (?:for|within)|(?:not|unable to) (?:be )?deliver(?:ed)? (?:\S+ ){0,3}(?:for|in|within|"
        r"after) (?:\S+ ){0,3}(?:hours?|days?|minutes?)|not yet been delivered|message (?:is|was) delayed",
    ),
    (
        "too_big",
        r"(?:message|mail|size|body|header|attachment)s? (?:\S+ ){0,5}(?:too (?:big|large|long)|exceed(?:s|ed)?)|"
        r"too (?:big|large) (?:\S+ ){0,2}(?:message|mail)|exceed(?:s|ed|ing)? (?:\S+ ){0,5}(?:message )?size|size limit|"
        r"message length",
    ),
    (
        "spam",
        r"\bspam|\bube\b|\buce\b|\bjunk\b|\bbulk mail|unsolicited|high (?:\S+ )?score|phish|looks? like (?:\S+ )?spam",
    ),
    (
        "content",
        r"virus|malware|infected|attachment|(?:message )?content (?:\S+ ){0,2}(?:reject|refus|not accept|block)|trojan|"
        r"malformed|duplicate header|invalid header|missing (?:\S+ )?header|8.?bit|not (?:\S+ ){0,2}rfc|rfc ?\d{3,4}|"
        r"multiple addresses in from|executable|banned (?:file|name|content)|bare (?:lf|cr)",
    ),
    (
        "restricted",
        r"not (?:authori[sz]ed|permitted|allowed) to (?:send|post|submit|mail)|authrequired|authentication (?:is )?required|"
        r"only (?:\S+ ){0,4}(?:members|subscribers|senders|internal)|not (?:a |an )?(?:member|subscriber)|"
        r"members? only|do(?:es)?n.?t have permission|"
        r"may not have permission|restricted|requires? (?:sender )?authenticat|moderat",
    ),
    (
        "blocked",
        r"\bblocked\b|\bbanned\b|\breputation\b|bloqu[ée]e?|no access from|not accepting (?:\S+ ){0,3}connections? from|"
        r"connection (?:\S+ )?(?:refused by policy|rejected|dropped)|service (?:permits|refused)|server access",
    ),
    (
        "policy",
        r"polic(?:y|ies)|access denied|administrative(?:ly)? (?:prohib|den|reject)|prohibited|not (?:allowed|permitted)|"
        r"rejected by (?:\S+ ){0,3}(?:rule|filter|recipient|admin|organi[sz]ation)|security|refused by|greylist|graylist",
    ),
    (
        "network",
        r"timed? ?out|connection (?:\S+ ){0,3}(?:refused|reset|lost|closed|failed|dropped)|lost connection|no route to|"
        r"(?:network|host) (?:is )?unreachable|unable to connect|could not connect|can.?t connect|cannot connect|"
        r"connect(?:ion)? to|too many hops|\bloops?\b|hop count|name service|dns (?:query|error|fail|lookup)|"
        r"not reachable|no answer from|unable to (?:contact|reach)",
    ),
    (
        "mailbox_full",
        r"\bquota\b|disk full|(?:disk|storage|mailbox) (?:space|limit)|insufficient (?:system )?storage",
    ),
    (
        "no_such_mailbox",
        r"^(?:smtp; ?)?(?:[\d.\- ]{0,20})?(?:requested (?:mail )?action (?:not taken|aborted)[:;, ]+)?mailbox (?:is )?unavailable|"
        r"no such (?:user|address|person|recipient)|unrouteable|(?:address|recipient) (?:rejected|refused)\W*$|not here\b",
    ),
    (
        "system",
        r"system (?:error|failure|problem|resources|not)|internal (?:\S+ )?error|temporar|service (?:\S+ ){0,2}unavailable|"
        r"local (?:\S+ ){0,2}(?:error|problem|configuration)|try again later|disk (?:error|i/?o)|i/?o error|protocol error|"
        r"(?:mailer|pipe|filter|command|program|procmail|delivery agent)|transaction failed|syntax error|sequence of",
    ),
)
