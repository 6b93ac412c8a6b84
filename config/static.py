"""Static files under names that change with their content, modules' imports too."""

from servestatic.storage import CompressedManifestStaticFilesStorage


class ModuleStorage(CompressedManifestStaticFilesStorage):
    """Also rewrites `import … from "./bars.js"` to the hashed name."""

    support_js_module_import_aggregation = True
