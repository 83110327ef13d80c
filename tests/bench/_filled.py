"""What the people and emails that are searched are called and say, in SQL."""

# Each twentieth or so has a letter that not everybody has on their keyboard.
LAST_NAMES = (  # noqa: SIM905
    "Sandberg Andersson Björk Öberg Åkesson Lindqvist Møller Sørensen Hansen Bjork Nilsson Eriksson"
    " Karlsson Svensson Gustafsson Persson Jansson Lindberg Lindgren Axelsson Bergström Lundin Holm"
    " Bergman Sjögren Wallin Engström Eklund Danielsson Lundberg Hedlund Virtanen Korhonen Nieminen"
    " Mäkinen Hämäläinen Kowalski Łukasik Müller Schäfer Weiß Dubois Lefèvre García Núñez Smith Jones"
).split()
SENTENCES = [
    "Last week your colleagues in Gothenburg asked how quickly others were up and running.",
    "We have helped forty factories of your size to bring their energy costs down.",
    "Would a call of fifteen minutes on Thursday or Friday suit you?",
    "The attached calculation shows what the new tariff means for a plant like yours.",
    "I saw that you are opening a second warehouse, congratulations!",
    "Most of our customers get their investment back within eighteen months.",
    "If somebody else is responsible for purchasing, please tell me whom to write to.",
    "Our engineers measure everything on site, so that nothing is left to guessing.",
    "You can cancel at the end of every quarter, without giving any reason.",
    "There is a short video which explains the method better than I can.",
    "The discount for early orders ends with this month.",
]
# n is the number of a person, and email.id that of an email.
LAST_NAME = f"(ARRAY{LAST_NAMES})[1 + n % {len(LAST_NAMES)}]"
TEXT = " || ' ' || ".join(
    f"(ARRAY{SENTENCES})[1 + email.id / {step} % {len(SENTENCES)}]"
    for step in (10, 7, 77, 130, 1001)
)
