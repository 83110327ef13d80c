"""Static files under names that carry a hash of their content, kept by browsers for ever."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `@import … layer()` in CSS and, what Django leaves off, imports of JS modules."""

    support_js_module_import_aggregation = True
