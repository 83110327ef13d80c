"""The first admin of a new installation."""

import os
import sys
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User

VARIABLE = "FIRST_ADMIN_PASSWORD"


class Command(BaseCommand):
    help = (
        "Make the first admin. What is not given is asked for; the password comes from "
        f"--password-stdin, the environment ({VARIABLE}) or the keyboard."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email")
        parser.add_argument("--name")
        parser.add_argument("--language", default="en", choices=["en", "sv"])
        parser.add_argument("--time-zone", default="UTC")
        parser.add_argument("--password-stdin", action="store_true")
        parser.add_argument("--force", action="store_true", help="although there is one already")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["force"] and User.objects.active().admins().exists():
            raise CommandError("There is an admin already; --force makes another one.")
        user = User(
            email=(options["email"] or _asked("Email: ")).strip().lower(),
            name=(options["name"] or _asked("Name: ")).strip(),
            role=User.Role.ADMIN,
            language=options["language"],
            time_zone=options["time_zone"],
        )
        password = _password(from_stdin=options["password_stdin"])
        try:
            validate_password(password, user)
            user.set_password(password)
            user.full_clean()
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        user.save()
        self.stdout.write(f"{user.email} can sign in.")


def _asked(question: str) -> str:
    if not sys.stdin.isatty():
        raise CommandError("Give --email and --name: nobody is here to be asked.")
    return input(question)


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if VARIABLE in os.environ:
        return os.environ[VARIABLE]
    if not sys.stdin.isatty():
        raise CommandError(f"Give the password by --password-stdin or {VARIABLE}.")
    password = getpass("Password: ")
    if password != getpass("Once more: "):
        raise CommandError("The two passwords differ.")
    return password
