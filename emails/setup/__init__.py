"""How mail leaves, as its users set it up: identities with their verification, and channels."""
