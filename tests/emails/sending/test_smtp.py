"""Handing over by SMTP: whoever reads the answer knows whether somebody may have the message."""

import ssl
import time

import pytest

from emails.sending.addresses import BadAddress
from emails.sending.answers import ChannelFault, Fault, Outcome, Reply, Stage
from emails.sending.smtp import Server, Session, connect_test
from tests.certificates import self_made
from tests.sinks import Sink, dribble, drop, ignore, raw, stall

DATA = b"Message-ID: <1@example.com>\r\nSubject: Hi\r\n\r\nHello\r\n.hidden dot\r\n..\r\nbye\r\n"
SAM, COPY, BLIND = "sam@example.net", "copy@example.net", "blind@example.net"


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def session(sink):
    session = Session(Server("127.0.0.1", sink.port, "none"))
    yield session
    session.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_made(tmp_path_factory.mktemp("good"), "localhost", "127.0.0.1")


def hand_over(session, *recipients, data=DATA, seconds=20.0, **more):
    deadline = time.monotonic() + seconds
    return session.hand_over(
        "rita@example.com", recipients or [SAM], data, deadline=deadline, **more
    )


def fault_of(work, *arguments, **more):
    with pytest.raises(ChannelFault) as caught:
        work(*arguments, **more)
    return caught.value


class TestTaken:
    def test_a_message_is_taken_as_it_was_given(self, sink, session):
        answer = hand_over(session, SAM, COPY)

        assert (answer.outcome, answer.stage, answer.code) == (Outcome.ACCEPTED, Stage.ANSWER, 250)
        assert answer.copies[COPY].outcome is Outcome.ACCEPTED
        assert answer.bytes_sent == len(DATA) + 2 + 3  # two stuffed dots, the final dot
        assert sink.messages[0].data == DATA
        assert sink.messages[0].sender == "rita@example.com"
        assert sink.messages[0].recipients == (SAM, COPY)

    def test_one_connection_carries_many_messages(self, sink, session):
        for _ in range(20):
            assert hand_over(session).outcome is Outcome.ACCEPTED

        assert (len(sink.messages), sink.connections) == (20, 1)

    def test_a_long_message_arrives_whole(self, sink, session):
        data = DATA + (b"x" * 900 + b"\r\n.\r\n") * 5000

        assert hand_over(session, data=data).outcome is Outcome.ACCEPTED
        assert sink.messages[0].data == data

    def test_line_ends_that_could_smuggle_a_message_in_are_made_whole(self, sink, session):
        hand_over(
            session, data=b"A: b\r\n\r\none\n.\r\nMAIL FROM:<eve@example.com>\r.\r\ntwo\r\n.\n"
        )

        assert len(sink.messages) == 1
        assert sink.messages[0].data.endswith(b"two\r\n.\r\n")

    def test_the_server_is_told_what_it_offers_to_hear(self, sink, session):
        hand_over(session, SAM, envid="token=1")

        (message,) = sink.messages
        assert message.mail_options.split() == [f"SIZE={len(DATA)}", "RET=HDRS", "ENVID=token+3D1"]
        assert message.rcpt_options == (f"NOTIFY=FAILURE,DELAY ORCPT=rfc822;{SAM}",)

    def test_a_server_that_offers_nothing_is_told_nothing(self, sink, session):
        sink.extensions = ()

        assert hand_over(session, envid="token").outcome is Outcome.ACCEPTED
        assert (sink.messages[0].mail_options, sink.messages[0].rcpt_options) == ("", ("",))

    def test_a_server_that_knows_only_helo_is_served(self, sink, session):
        sink.at("ehlo", "502 5.5.1 What?", times=1)

        assert hand_over(session).outcome is Outcome.ACCEPTED

    def test_eight_bits_are_announced_or_not_sent(self, sink, session):
        data = DATA + "å\r\n".encode()

        assert hand_over(session, data=data).outcome is Outcome.ACCEPTED
        assert "BODY=8BITMIME" in sink.messages[0].mail_options
        session.close()
        sink.extensions = ()
        assert hand_over(session, data=data).outcome is Outcome.REFUSED
        assert len(sink.messages) == 1

    def test_a_name_beyond_ascii_goes_only_to_a_server_that_can(self, sink, session):
        assert hand_over(session, "åsa@räksmörgås.example").outcome is Outcome.ACCEPTED
        assert sink.messages[0].recipients == ("åsa@xn--rksmrgs-5wao1o.example",)
        assert "SMTPUTF8" in sink.messages[0].mail_options
        session.close()
        sink.extensions = ()

        answer = hand_over(session, SAM, "åsa@example.net")

        assert answer.outcome is Outcome.ACCEPTED
        assert answer.copies["åsa@example.net"].outcome is Outcome.REFUSED

    @pytest.mark.parametrize(
        ("words", "found"),
        [
            ("2.0.0 Ok: queued as 4ABC12", "4ABC12"),
            ("Ok 0100018c2f-aaaa-bbbb-000000", "0100018c2f-aaaa-bbbb-000000"),
            ("OK id=1rABCD-000123-AB", "1rABCD-000123-AB"),
            ("2.0.0 OK  1700000000 a1-20020a17sm12.1 - gsmtp", "a1-20020a17sm12.1"),
            ("2.6.0 <abc@prod.example> [InternalId=1, Hostname=x] Queued mail", "abc@prod.example"),
            ("2.0.0 3AF12x Message accepted for delivery", "3AF12x"),
            ("2.0.0 Thank you", ""),
        ],
    )
    def test_the_servers_own_name_for_it_is_kept(self, sink, session, words, found):
        sink.at("dot", f"250 {words}")

        assert hand_over(session).provider_id == found


class TestRefused:
    @pytest.mark.parametrize(
        ("stage", "said", "outcome"),
        [
            ("rcpt", "550 5.1.1 No such user", Outcome.REFUSED_ADDRESS),
            ("rcpt", "550 No such user here", Outcome.REFUSED_ADDRESS),
            ("rcpt", "554 5.7.1 Relay access denied", Outcome.REFUSED),
            ("rcpt", "450 4.2.0 Greylisted", Outcome.DEFERRED),
            ("rcpt", "452 4.2.2 Mailbox full", Outcome.DEFERRED),
            ("data", "451 4.3.0 Try later", Outcome.DEFERRED),
            ("data", "554 5.7.1 No", Outcome.REFUSED),
            ("dot", "550 5.1.1 No such user", Outcome.REFUSED_ADDRESS),
            ("dot", "554 5.7.1 Spam", Outcome.REFUSED),
            ("dot", "451 4.3.0 Disk", Outcome.DEFERRED),
            ("dot", "421 4.3.0 Queue file write error", Outcome.DEFERRED),
            ("mail", "552 5.3.4 Message too big", Outcome.REFUSED),
        ],
    )
    def test_a_refusal_is_what_its_code_says_and_the_next_message_goes(
        self, sink, session, stage, said, outcome
    ):
        sink.at(stage, said, times=1)

        answer = hand_over(session)

        assert answer.outcome is outcome
        assert (
            f"{answer.code} {answer.enhanced} {answer.words}".split() == said.split()
            or not answer.enhanced
        )
        assert not sink.messages
        assert hand_over(session).outcome is Outcome.ACCEPTED
        assert len(sink.messages) == 1

    def test_if_to_is_refused_nobody_gets_it(self, sink, session):
        sink.at("rcpt", "550 5.1.1 No such user", who=SAM)

        answer = hand_over(session, SAM, COPY, BLIND)

        assert answer.outcome is Outcome.REFUSED_ADDRESS
        assert answer.copies == {}
        assert "DATA" not in sink.commands and not any(COPY in line for line in sink.commands)

    def test_a_refused_copy_stops_nobody_else(self, sink, session):
        sink.at("rcpt", "550 5.1.1 No such user", who=COPY)
        sink.at("rcpt", "450 4.2.1 Later", who=BLIND)

        answer = hand_over(session, SAM, COPY, BLIND, "last@example.net")

        outcomes = {address: one["outcome"] for address, one in answer.recipients.items()}
        assert outcomes == {
            SAM: "accepted",
            COPY: "refused_address",
            BLIND: "deferred",
            "last@example.net": "accepted",
        }
        assert sink.messages[0].recipients == (SAM, "last@example.net")

    def test_after_a_refusal_the_old_recipients_are_forgotten(self, sink, session):
        sink.at("data", "451 4.3.0 Later", times=1)

        hand_over(session, "first@example.net")
        hand_over(session, SAM)

        assert [message.recipients for message in sink.messages] == [(SAM,)]

    def test_the_servers_words_are_safe_to_show(self, sink, session):
        sink.at(
            "rcpt",
            raw(b"550-5.7.1 caf\xe9 \x1b[31m\xe2\x80\xae\r\n550 5.7.1 " + b"x" * 3000 + b"\r\n"),
        )

        answer = hand_over(session)

        assert answer.enhanced == "5.7.1"
        assert answer.words.startswith("café") and "5.7.1" not in answer.words
        assert len(answer.words) <= 500 and answer.words.isprintable()

    def test_words_in_utf8_are_read_as_such(self):
        assert Reply.read(550, "Användaren finns inte".encode()).words == "Användaren finns inte"

    def test_a_status_of_another_class_is_only_words(self):
        assert Reply.read(550, b"2.0.0 odd") == Reply(550, "", "2.0.0 odd")

    @pytest.mark.parametrize(
        "bad", ["", "sam", "sam@example.net>\r\nRCPT TO:<eve@example.com", "a b@example.net"]
    )
    def test_what_is_no_address_never_reaches_the_server(self, sink, session, bad):
        answer = hand_over(session, SAM, bad)

        assert answer.outcome is Outcome.ACCEPTED
        assert answer.copies[bad].reason == "bad_address"
        assert sink.messages[0].recipients == (SAM,)
        assert hand_over(session, bad, SAM).outcome is Outcome.REFUSED
        assert len(sink.messages) == 1

    @pytest.mark.parametrize("bad", ["rita", "rita@example.com>\r\nRCPT TO:<eve@example.com"])
    def test_a_sender_that_is_none_is_refused_before_the_first_byte(self, sink, session, bad):
        with pytest.raises(BadAddress):
            session.hand_over(bad, [SAM], DATA, deadline=time.monotonic() + 20)
        assert sink.connections == 0


class TestCutOff:
    @pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "body"])
    def test_before_the_final_dot_nobody_has_it(self, sink, session, stage):
        sink.at(stage, drop())
        # More than the sockets between can hold, so that the dot cannot be on its way already.
        much = DATA + b"many words\r\n" * 700_000

        answer = hand_over(session, SAM, COPY, data=much)

        assert (answer.outcome, answer.reason) == (Outcome.DEFERRED, "connection_lost")
        assert str(answer.stage) == {"body": "dot"}.get(stage, stage) or answer.stage == "body"
        assert not sink.messages
        assert not session.is_open

    @pytest.mark.parametrize(
        "after",
        [
            drop(),
            raw(b"250"),  # cut in the middle of an answer
            raw(b"Ok, thanks\r\n"),
            raw(b"\r\n"),
            raw(b"999 Ok\r\n"),
            raw(b"354 Go on\r\n"),
            raw(b"250-one\r\n550 two\r\n"),
            raw(b"250 " + b"x" * 20_000),
            raw(b"\x16\x03\x01\x02\x00\n"),
        ],
    )
    def test_after_the_final_dot_only_an_answer_settles(self, sink, session, after):
        sink.at("dot", after, drop())

        answer = hand_over(session, SAM, COPY)

        assert answer.outcome is Outcome.DOUBT
        assert answer.copies[COPY].outcome is Outcome.DOUBT
        assert answer.stage is Stage.ANSWER
        assert not session.is_open

    def test_a_server_that_hangs_up_just_before_the_dot_is_noticed(self, sink):
        def wait_for_the_end(stage):
            if stage is Stage.DOT:
                sink.wait_until_idle()

        sink.at("body", drop(), after=len(DATA) - 8)
        session = Session(Server("127.0.0.1", sink.port, "none"), observer=wait_for_the_end)

        answer = hand_over(session)

        assert (answer.outcome, answer.stage) == (Outcome.DEFERRED, Stage.DOT)

    def test_an_answer_that_comes_before_the_dot_is_no_answer_to_it(self, sink):
        # In one piece: both are there before anything of the message is sent.
        sink.at("data", "354 Go ahead\n250 2.0.0 Ok: queued as FAKE")
        session = Session(Server("127.0.0.1", sink.port, "none"))

        answer = hand_over(session)

        assert answer.outcome is Outcome.DEFERRED
        assert not sink.messages

    def test_a_connection_that_ended_while_it_rested_costs_nothing(self, sink, session):
        sink.at("mail", drop(), times=1, who="again@example.com")
        hand_over(session)

        answer = session.hand_over("again@example.com", [SAM], DATA, deadline=time.monotonic() + 20)

        assert answer.outcome is Outcome.ACCEPTED
        assert (len(sink.messages), sink.connections) == (2, 2)

    def test_a_421_to_a_used_connection_means_a_new_one(self, sink, session):
        hand_over(session)
        sink.at("mail", "421 4.7.0 Too many messages in this session", drop(), times=1)

        assert hand_over(session).outcome is Outcome.ACCEPTED
        assert sink.connections == 2


class TestDeadline:
    """The limits are real here, and small."""

    @pytest.mark.parametrize(
        ("stage", "outcome"),
        [
            ("mail", Outcome.DEFERRED),
            ("rcpt", Outcome.DEFERRED),
            ("data", Outcome.DEFERRED),
            ("dot", Outcome.DOUBT),
        ],
    )
    @pytest.mark.parametrize(
        "trick", [stall(), dribble("250-" + "x" * 500)], ids=["silent", "dribbling"]
    )
    def test_no_stage_outlasts_it(self, sink, session, stage, outcome, trick):
        sink.at(stage, trick)
        began = time.monotonic()

        answer = hand_over(session, seconds=0.3)

        assert (answer.outcome, answer.reason) == (outcome, "took_too_long")
        assert 0.25 < time.monotonic() - began < 1.5
        assert not session.is_open

    @pytest.mark.parametrize("stage", ["connect", "ehlo"])
    @pytest.mark.parametrize(
        "trick", [stall(), dribble("220-" + "x" * 500)], ids=["silent", "dribbling"]
    )
    def test_connecting_counts_too(self, sink, session, stage, trick):
        sink.at(stage, trick)
        began = time.monotonic()

        fault = fault_of(hand_over, session, seconds=0.3)

        assert fault.kind in {Fault.NO_GREETING, Fault.TIMEOUT}
        assert time.monotonic() - began < 1.5

    def test_a_server_that_stops_reading_is_left(self, sink, session):
        sink.at("body", ignore())

        answer = hand_over(session, data=DATA + b"x" * 70 + b"\r\n" * 10_000_000, seconds=0.5)

        assert (answer.outcome, answer.stage) == (Outcome.DEFERRED, Stage.BODY)

    def test_the_dot_is_not_written_when_it_is_too_late(self, sink):
        def dawdle(stage):
            while stage is Stage.DOT and time.monotonic() < late:
                pass

        session = Session(Server("127.0.0.1", sink.port, "none"), observer=dawdle)
        late = time.monotonic() + 0.3

        answer = hand_over(session, seconds=0.2)

        assert (answer.outcome, answer.stage, answer.reason) == (
            Outcome.DEFERRED,
            Stage.DOT,
            "took_too_long",
        )
        assert not sink.messages

    def test_the_dot_leaves_the_server_time_to_answer(self, sink, session):
        answer = hand_over(session, dot_by=time.monotonic() - 1)

        assert (answer.outcome, answer.stage) == (Outcome.DEFERRED, Stage.DOT)
        assert not sink.messages

    def test_a_refusal_is_known_before_the_server_has_reset(self, sink, session):
        sink.at("rcpt", "550 5.1.1 No such user", times=1)
        sink.at("rset", stall())

        assert hand_over(session, seconds=0.5).outcome is Outcome.REFUSED_ADDRESS


class TestFaultsOfTheChannel:
    @pytest.mark.parametrize(
        ("stage", "said", "kind"),
        [
            ("connect", "554 5.7.1 Blocked", Fault.UNWELCOME),
            ("connect", "421 Busy", Fault.CLOSING),
            ("ehlo", "421 Busy", Fault.CLOSING),
            ("mail", "550 5.7.1 Sender not allowed", Fault.SENDER),
            ("mail", "553 5.1.8 Sender's domain unknown", Fault.SENDER),
            ("mail", "451 4.7.1 Later", Fault.SENDER_LATER),
            ("mail", "530 5.7.0 Must issue a STARTTLS command first", Fault.TLS_NEEDED),
            ("mail", "530 5.7.0 Authentication required", Fault.SIGN_IN_NEEDED),
            ("mail", "421 4.7.0 Too many", Fault.CLOSING),
            ("rcpt", "421 4.7.0 Too many", Fault.CLOSING),
            ("data", "421 4.7.0 Too many", Fault.CLOSING),
            ("mail", "454 Throttling failure: Daily message quota exceeded.", Fault.QUOTA),
            ("rcpt", "550 5.4.5 Daily user sending quota exceeded", Fault.QUOTA),
            ("dot", "454 Throttling failure: Maximum sending rate exceeded.", Fault.QUOTA),
        ],
    )
    def test_they_hold_the_channel_and_not_the_email(self, sink, session, stage, said, kind):
        sink.at(stage, said)

        fault = fault_of(hand_over, session)

        assert fault.kind == kind
        assert fault.code == int(said[:3])
        assert fault.words and fault.words in said
        assert not sink.messages

    def test_a_full_mailbox_is_not_our_quota(self, sink, session):
        sink.at("rcpt", "552 5.2.2 Mailbox quota exceeded")

        assert hand_over(session).reason == "mailbox_full"

    def test_a_421_before_the_dot_is_a_fault_and_nobody_has_it(self, sink):
        # In one piece, as above.
        sink.at("data", "354 Go ahead\n421 4.3.2 Shutting down")
        session = Session(Server("127.0.0.1", sink.port, "none"))

        assert fault_of(hand_over, session).kind == Fault.CLOSING
        assert not sink.messages

    def test_a_fault_can_be_kept_as_a_reason(self):
        fault = ChannelFault(Fault.SIGN_IN, "Wrong", 535)

        assert f"channel_{fault.kind}" == "channel_sign_in"
        assert str(Fault.SIGN_IN.label)


class TestConnect:
    """The button that tests a server says what is wrong with it."""

    @pytest.fixture(params=["starttls", "tls"])
    def secure(self, request, certificate):
        with Sink(
            security=request.param, certificate=certificate, users={"rita": "hemlig å"}
        ) as sink:
            yield sink

    def server(self, sink, **changes):
        trusted = sink.certificate[0].read_text() if sink.certificate else ""
        given = {
            "security": sink.security,
            "username": "rita",
            "password": "hemlig å",
            "ca_pem": trusted,
        }
        return Server("127.0.0.1", sink.port, **given | changes)

    @pytest.mark.parametrize("ways", ["PLAIN LOGIN", "LOGIN", "XOAUTH2 PLAIN"])
    def test_it_encrypts_and_signs_in(self, secure, ways):
        secure.ways = ways

        connect_test(self.server(secure))
        session = Session(self.server(secure))
        hand_over(session)
        session.close()

        assert (secure.messages[0].secure, secure.messages[0].user) == (True, "rita")

    def test_cram_md5_is_answered(self, secure):
        secure.ways = "CRAM-MD5"
        secure.at(
            "auth", "334 PDE+", lambda connection: answers.append(connection._line()), "235 Ok"
        )
        answers = []

        connect_test(self.server(secure))

        assert answers

    def test_a_wrong_password_is_tried_once(self, secure):
        assert fault_of(connect_test, self.server(secure, password="wrong")).kind == Fault.SIGN_IN
        assert sum(line.startswith("AUTH") for line in secure.commands) == 1

    def test_a_certificate_that_nobody_vouches_for_is_refused(self, secure):
        fault = fault_of(connect_test, self.server(secure, ca_pem=""))

        assert (fault.kind, fault.stage) == (Fault.CERTIFICATE, Stage.TLS)
        assert "self-signed" in fault.words.replace("self signed", "self-signed")

    def test_it_is_taken_if_the_owner_says_so(self, secure):
        connect_test(self.server(secure, ca_pem="", verify=False))

    @pytest.mark.parametrize(
        ("names", "days"),
        [(["mail.example.com"], 1), (["127.0.0.1"], -1)],
        ids=["wrong name", "expired"],
    )
    def test_a_certificate_for_another_name_or_time_is_refused(self, tmp_path, names, days):
        with Sink(security="tls", certificate=self_made(tmp_path, *names, days=days)) as sink:
            assert fault_of(connect_test, self.server(sink, username="")).kind == Fault.CERTIFICATE

    def test_a_server_without_starttls_is_not_trusted_with_a_password(self, sink):
        fault = fault_of(connect_test, self.server(sink, security="starttls"))

        assert fault.kind == Fault.NO_STARTTLS
        assert not any(line.startswith("AUTH") for line in sink.commands)

    def test_what_is_said_before_encryption_is_not_believed_after_it(self, certificate):
        with Sink(security="starttls", certificate=certificate) as sink:
            sink.at("starttls", "220 Ready\n250 injected")
            fault = fault_of(connect_test, self.server(sink, username=""))

        assert fault.kind == Fault.NOT_SMTP

    def test_tls_on_a_plain_port_is_named(self, sink):
        sink.at("connect", raw(b"220 plain ESMTP\r\n"))

        assert fault_of(connect_test, self.server(sink, security="tls")).kind == Fault.TLS

    def test_a_plain_greeting_awaited_on_a_tls_port_is_named(self, certificate):
        with Sink(security="tls", certificate=certificate) as sink:
            fault = fault_of(connect_test, self.server(sink, security="none"), seconds=0.3)

        assert fault.kind == Fault.NO_GREETING

    def test_a_server_that_offers_no_sign_in_is_named(self, sink):
        assert fault_of(connect_test, self.server(sink, security="none")).kind == Fault.NO_SIGN_IN

    @pytest.mark.parametrize(
        ("said", "kind"),
        [
            ("454 4.7.0 Temporary failure", Fault.SIGN_IN_LATER),
            ("538 5.7.11 Encryption required", Fault.TLS_NEEDED),
            ("534 5.7.9 Application-specific password required", Fault.SIGN_IN),
            ("504 5.5.4 Mechanism not supported", Fault.NO_SIGN_IN),
        ],
    )
    def test_other_troubles_at_signing_in_are_told_apart(self, said, kind):
        with Sink(users={"rita": "x"}) as sink:
            sink.at("auth", said)
            assert fault_of(connect_test, self.server(sink)).kind == kind

    def test_a_name_without_a_server_is_named(self):
        assert (
            fault_of(connect_test, Server("no such host.invalid", 25, "none")).kind == Fault.RESOLVE
        )
        assert (
            fault_of(connect_test, Server("x" * 80 + ".invalid", 25, "none")).kind == Fault.RESOLVE
        )

    def test_a_closed_port_is_named(self, sink):
        port = sink.port
        sink.stop()

        assert fault_of(connect_test, Server("127.0.0.1", port, "none")).kind == Fault.REFUSED

    def test_what_is_no_smtp_server_is_named(self, sink):
        sink.at("connect", raw(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

        assert fault_of(connect_test, Server("127.0.0.1", sink.port, "none")).kind == Fault.NOT_SMTP

    def test_a_server_that_hangs_up_is_named(self, sink):
        sink.at("connect", drop())

        assert fault_of(connect_test, Server("127.0.0.1", sink.port, "none")).kind == Fault.LOST

    def test_deadlines_hold_under_tls(self, secure):
        secure.at("dot", dribble("250-" + "x" * 500))
        session = Session(self.server(secure))
        session.open()

        assert hand_over(session, seconds=0.4).outcome is Outcome.DOUBT

    def test_a_handshake_that_never_ends_is_left(self, sink):
        sink.at("connect", stall())
        began = time.monotonic()

        fault = fault_of(connect_test, self.server(sink, security="tls"), seconds=0.3)

        assert (fault.kind, fault.stage) == (Fault.TIMEOUT, Stage.TLS)
        assert time.monotonic() - began < 1.5

    def test_passwords_are_not_shown(self):
        assert "hemlig" not in repr(Server("h", 1, "none", "rita", "hemlig"))

    def test_old_protocols_are_not_spoken(self):
        from emails.sending.smtp import _context

        assert _context(True, "").minimum_version >= ssl.TLSVersion.TLSv1_2


class TestObserver:
    def test_it_is_told_each_stage_so_that_a_test_can_stop_there(self, sink):
        stages = []
        session = Session(Server("127.0.0.1", sink.port, "none"), observer=stages.append)

        hand_over(session)

        assert stages == ["connect", "greeting", "mail", "rcpt", "data", "body", "dot", "answer"]

    def test_before_the_dot_the_server_has_nothing_and_after_it_something(self, sink):
        class Stop(Exception):
            pass

        def stop(stage):
            if stage == here:
                raise Stop

        for here in ("dot", "answer"):
            sink.forget()
            session = Session(Server("127.0.0.1", sink.port, "none"), observer=stop)
            with pytest.raises(Stop):
                hand_over(session)
            session.close()
            sink.wait_until_idle()
            assert len(sink.messages) == (here == "answer")
