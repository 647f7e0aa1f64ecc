"""Asks cfn-lint and botocore about one template. scripts/template.sh installs both and runs this.

cfn-lint knows CloudFormation's schema, and botocore the API that CloudFormation calls: either sees what the
other one does not. Neither looks at what a name refers to; `quicksight check` does.
"""

import json
import subprocess
import sys

import botocore.session
from botocore.validate import ParamValidator
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

# Where every type of resource of the template can be had, questions in plain language among them.
REGIONS = """ap-northeast-1 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 eu-west-1
    eu-west-2 sa-east-1 us-east-1 us-east-2 us-west-2""".split()

QUICKSIGHT = "AWS::QuickSight::"

MODEL = botocore.session.get_session().get_service_model("quicksight")

NOTHING = object()


def main(file):
    try:
        with open(file, encoding="utf-8") as text:
            resources = json.load(text)["Resources"].items()
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        sys.exit(f"template.py: {file} is no template in JSON: {error!r}")
    findings = list(schema(file))
    if not any(resource.get("Type", "").startswith(QUICKSIGHT) for _, resource in resources):
        findings.append("botocore: there is no resource of QuickSight")
    for name, resource in resources:
        kind, properties = resource.get("Type", ""), resource.get("Properties", {})
        if kind.startswith(QUICKSIGHT):
            findings += [f"deprecated: {name}: {it}" for it in deprecated(kind, properties)]
            findings += [f"botocore: {name}: {it}" for it in api(kind, properties)]
    for finding in findings:
        print(finding)
    return 2 if findings else 0


def schema(file):
    """What cfn-lint says: errors, warnings and hints alike."""
    lint = [sys.executable, "-c", "from cfnlint.runner import main; main()"]
    options = ["--include-checks", "I", "--format", "parseable", "--regions", *REGIONS]
    done = subprocess.run(
        [*lint, *options, "--template", file],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    if done.returncode and not lines:
        lines = [f"it ended with {done.returncode}"]
    return (f"cfn-lint: {line}" for line in lines)


def deprecated(kind, properties):
    """The properties that the schema keeps for old resources alone."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGIONS[0], kind).schema
    for pointer in schema.get("deprecatedProperties", []):
        words = pointer.strip("/").split("/")
        if is_used(properties, words[1:] if words[0] == "properties" else words):
            yield pointer


def is_used(value, words):
    if not words:
        return True
    if isinstance(value, list):
        return any(is_used(item, words[words[0] == "*" :]) for item in value)
    if not isinstance(value, dict):
        return False
    if list(value) == ["Fn::If"]:
        return any(is_used(branch, words) for branch in value["Fn::If"][1:])
    inner = list(value.values()) if words[0] == "*" else [value[key] for key in value if key == words[0]]
    return any(is_used(item, words[1:]) for item in inner)


def api(kind, properties):
    """What the API would say of the calls that CloudFormation makes, whatever the conditions are."""
    calls = CALLS.get(kind.removeprefix(QUICKSIGHT))
    if calls is None:
        yield f"nobody knows which call makes {kind}: add it to CALLS in scripts/template.py"
        return
    found = []
    for holds in (True, False):
        for shape, parameters in calls(decided(properties, holds)):
            shape = MODEL.shape_for(shape)
            parameters = spelled(parameters, shape)
            report = ParamValidator().validate(parameters, shape)
            found += report.generate_report().splitlines() if report.has_errors() else []
            found += enums(parameters, shape, shape.name)
    yield from dict.fromkeys(found)


def decided(value, holds):
    """The value once every condition holds, or none does."""
    if isinstance(value, list):
        items = (decided(item, holds) for item in value)
        return [item for item in items if item is not NOTHING]
    if not isinstance(value, dict):
        return value
    if value == {"Ref": "AWS::NoValue"}:
        return NOTHING
    if list(value) == ["Fn::If"]:
        _, yes, no = value["Fn::If"]
        return decided(yes if holds else no, holds)
    entries = ((key, decided(item, holds)) for key, item in value.items())
    return {key: item for key, item in entries if item is not NOTHING}


def is_computed(value):
    """Whether only the deployment knows the value."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (key,) = value
    return key == "Ref" or key.startswith("Fn::")


def spelled(value, shape):
    """With something that the shape allows in place of what only the deployment knows."""
    if is_computed(value):
        return likely(shape)
    if shape.type_name == "structure" and isinstance(value, dict):
        return {
            key: spelled(item, shape.members[key]) if key in shape.members else item
            for key, item in value.items()
        }
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: spelled(item, shape.value) for key, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [spelled(item, shape.member) for item in value]
    return value


def likely(shape):
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "x" * shape.metadata.get("min", 12)
    if shape.type_name in ("integer", "long"):
        return shape.metadata.get("min", 1)
    return {"list": lambda: [likely(shape.member)], "boolean": lambda: True, "double": lambda: 1.0}.get(
        shape.type_name, dict
    )()


def enums(value, shape, path):
    """botocore's own validator does not look at these."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for key, item in value.items():
            if key in shape.members:
                yield from enums(item, shape.members[key], f"{path}.{key}")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from enums(item, shape.value, f"{path}.{key}")
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value):
            yield from enums(item, shape.member, f"{path}[{number}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path} is {value}, and must be one of {', '.join(shape.enum)}"


# What CloudFormation makes of a resource: the shapes of its calls, and what goes into them. It takes some
# properties for itself and spells some others in its own way.


def data_set(properties):
    properties = without(properties, "IngestionWaitPolicy")
    refresh = properties.pop("DataSetRefreshProperties", NOTHING)
    folders = properties.get("FieldFolders", {})
    if not is_computed(folders):
        renamed = {"Description": "description", "Columns": "columns"}
        properties["FieldFolders"] = {
            name: {renamed.get(key, key): item for key, item in folder.items()}
            for name, folder in folders.items()
        }
    yield "CreateDataSetRequest", properties
    if refresh is not NOTHING:
        yield "DataSetRefreshProperties", refresh


def refresh_schedule(properties):
    properties = json.loads(json.dumps(properties))
    frequency = properties.get("Schedule", {}).get("ScheduleFrequency", {})
    if "TimeZone" in frequency:
        frequency["Timezone"] = frequency.pop("TimeZone")
    yield "CreateRefreshScheduleRequest", properties


def topic(properties):
    outside = ("AwsAccountId", "TopicId", "CustomInstructions", "Tags", "FolderArns")
    call = {key: properties[key] for key in outside if key in properties}
    call["Topic"] = without(properties, *outside, "Permissions")
    yield "CreateTopicV2Request", call
    for permission in properties.get("Permissions", []):
        yield "ResourcePermission", permission


def without(properties, *keys):
    return {key: item for key, item in properties.items() if key not in keys}


CALLS = {
    "Dashboard": lambda properties: [("CreateDashboardRequest", properties)],
    "DataSet": data_set,
    "DataSource": lambda properties: [("CreateDataSourceRequest", properties)],
    "RefreshSchedule": refresh_schedule,
    "TopicV2": topic,
    "VPCConnection": lambda properties: [("CreateVPCConnectionRequest", properties)],
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
