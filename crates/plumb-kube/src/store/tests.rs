use super::{Definition, Folder, LOCK, read_definitions};
use crate::bundle::Scope;
use crate::versions::Versions;
use crate::{Engine, Format, Schemas, read};
use plumb_text::world::{MemWorld, World};
use plumb_text::{Source, TextMap};
use std::path::Path;

const CRD: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        description: not needed
        type: object
        properties:
          spec:
            type: object
            properties:
              description: {type: string, description: not needed}
              size: {type: integer, minimum: 1}
  - name: v1beta1
    served: true
    deprecated: true
    deprecationWarning: use example.com/v1
    storage: false
    schema: {openAPIV3Schema: {type: object}}
  - name: v1alpha1
    served: false
    storage: false
    schema: {openAPIV3Schema: {type: object}}
";

const OPENAPI: &str = r##"{"openapi": "3.0.0", "components": {"schemas": {
    "x.Gadget": {"type": "object", "properties": {"spec": {"allOf": [{"$ref": "#/components/schemas/x.Spec"}]}},
        "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Gadget"}]},
    "x.Spec": {"type": "object", "properties": {"n": {"type": "integer"}, "more": {"$ref": "#/components/schemas/x.Spec"}}},
    "x.Unused": {"type": "object"}}}}"##;

fn check(schemas: Schemas, text: &str) -> Vec<String> {
    let source = Source::new("a.yaml", text);
    let read = read(text, &TextMap::identity(&source), Format::Yaml);
    let found = Engine::new(schemas).validate(&read.documents, &Versions::default());
    found
        .iter()
        .map(|f| format!("{} {}", f.code.name, f.path.clone().unwrap_or_default()))
        .collect()
}

fn widget(version: &str, spec: &str) -> String {
    format!(
        "apiVersion: example.com/{version}\nkind: Widget\nmetadata: {{name: a}}\nspec: {spec}\n"
    )
}

#[test]
fn every_published_form_is_read() {
    let none: [&str; 0] = [];
    let list =
        format!("kind: List\napiVersion: v1\nitems:\n- {}", CRD.trim().replace('\n', "\n  "));
    for text in [CRD, &list] {
        let reading = read_definitions("crd.yaml", text);
        assert_eq!(reading.definitions.len(), 3);
        let schemas = || Schemas::empty().with(reading.definitions.clone());
        assert_eq!(check(schemas(), &widget("v1", "{size: 1, description: x}")), none);
        assert_eq!(check(schemas(), &widget("v1", "{size: 0}")), ["schema-value spec.size"]);
        assert_eq!(check(schemas(), &widget("v1beta1", "{}"))[0], "api-deprecated apiVersion");
        assert_eq!(check(schemas(), &widget("v1alpha1", "{}"))[0], "api-not-served apiVersion");
        assert_eq!(check(schemas(), &widget("v2", "{}")), ["unknown-kind apiVersion"]);
    }
    let gadget = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a}\nspec: {more: {more: {'n': x}}}";
    let reading = read_definitions("openapi.json", OPENAPI);
    assert_eq!(reading.definitions.len(), 1);
    assert_eq!(
        check(Schemas::empty().with(reading.definitions), gadget),
        ["schema-type spec.more.more.n"]
    );
    let schema = r#"{"type": "object", "properties": {"spec": {"properties": {"size": {"type": "integer"}}}}}"#;
    for path in
        ["widget-example-v1.json", "x/example.com/widget_v1.json", "widget-example.com-v1.json"]
    {
        let reading = read_definitions(path, schema);
        let schemas = Schemas::empty().with(reading.definitions);
        assert_eq!(check(schemas, &widget("v1", "{size: x}")), ["schema-type spec.size"], "{path}");
    }
    for nothing in ["{}", "a: b", "{\"a\": ", "- x"] {
        assert!(read_definitions("x.json", nothing).definitions.is_empty());
    }
}

fn write(world: &mut MemWorld, folder: &Folder) {
    let changes = folder.changes(world, Path::new("schemas"));
    for file in changes.written {
        world.insert(file.path, file.bytes);
    }
    changes.removed.iter().for_each(|path| world.remove(path));
}

#[test]
fn added_schemas_are_locked_and_found_again() {
    let mut world = MemWorld::new::<&str, &str>([], "2026-01-01".parse().unwrap());
    let at = Path::new("schemas");
    let mut folder = Folder::read(&world, at).unwrap();
    let crd = read_definitions("crd.yaml", CRD).definitions;
    let added = folder.add(&crd, "https://example.com/crd.yaml", "00");
    assert_eq!(
        added.new,
        ["example.com/v1/Widget", "example.com/v1alpha1/Widget", "example.com/v1beta1/Widget"]
    );
    folder.add(&read_definitions("openapi.json", OPENAPI).definitions, "cluster", "01");
    write(&mut world, &folder);
    assert!(Folder::verify(&world, at).is_empty());

    let text =
        String::from_utf8(world.read(Path::new("schemas/example.com_v1.json")).unwrap()).unwrap();
    assert!(
        !text.contains("not needed") && text.contains("\"description\":{\"type\":\"string\"}"),
        "{text}"
    );
    assert!(text.contains("x.Spec") && !text.contains("x.Unused"), "{text}");
    let (schemas, findings) = Schemas::load(&world, &[]);
    assert!(findings.is_empty());
    assert_eq!(check(schemas, &widget("v1", "{size: 0}")), ["schema-value spec.size"]);
    let (schemas, _) = Schemas::load(&world, &[]);
    let gadget = "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a}\nspec: {more: {more: {'n': x}}}";
    assert_eq!(check(schemas, gadget), ["schema-type spec.more.more.n"]);

    // Adding the same again changes no byte, in whatever order.
    let before = (text, world.read(&at.join(LOCK)).unwrap());
    let mut again = Folder::read(&world, at).unwrap();
    let added = again.add(&crd, "https://example.com/crd.yaml", "00");
    assert_eq!((added.new.len(), added.changed.len(), added.same.len()), (0, 0, 3));
    write(&mut world, &again);
    let text =
        String::from_utf8(world.read(Path::new("schemas/example.com_v1.json")).unwrap()).unwrap();
    assert_eq!(before, (text, world.read(&at.join(LOCK)).unwrap()));

    // What is changed by hand, or put there, is found.
    world.insert("schemas/example.com_v1beta1.json", "{}");
    world.insert("schemas/other.json", "{}");
    let wrong: Vec<_> = Folder::verify(&world, at).iter().map(|f| f.message.clone()).collect();
    assert!(wrong.iter().any(|message| message.contains("was changed")), "{wrong:?}");
    assert!(
        wrong.iter().any(|message| message.contains("`other.json` is in no lock file")),
        "{wrong:?}"
    );

    let mut folder = Folder::read(&world, at).unwrap();
    assert_eq!(folder.remove("Widget").len(), 3);
    write(&mut world, &folder);
    assert_eq!(folder.list().len(), 1);
    assert!(world.read(Path::new("schemas/example.com_v1beta1.json")).is_err());
}

#[test]
fn folders_of_the_book_are_asked_first() {
    let mut world = MemWorld::new::<&str, &str>([], "2026-01-01".parse().unwrap());
    let pods = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {group: security.istio.io, \
        names: {kind: PeerAuthentication}, versions: [{name: v1, schema: {openAPIV3Schema: {type: object, properties: {own: {type: string}}}}}]}";
    world.insert("crds/deep/policy.yaml", pods);
    world.insert("crds/readme.txt", "x");
    let (schemas, findings) = Schemas::load(&world, &["crds".into()]);
    assert!(findings.is_empty(), "{findings:?}");
    let none: [&str; 0] = [];
    let policy =
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: a}\nown: x";
    assert_eq!(check(schemas, policy), none);
    let (_, findings) = Schemas::load(&world, &["nowhere".into()]);
    assert_eq!(findings[0].code.name, "schemas-read");
}

/// Whether a kind lives in a namespace, its definition says, or the paths of a cluster's API.
#[test]
fn scopes_are_read_and_kept() {
    let scopes = |definitions: &[Definition]| -> Vec<(String, Scope)> {
        definitions.iter().map(|own| (own.kind.clone(), own.scope)).collect()
    };
    let cluster = CRD.replace("Namespaced", "Cluster").replace("Widget", "Zone");
    let post = |kind: &str| {
        format!(
            r#"{{"post": {{"x-kubernetes-group-version-kind": {{"group": "example.com", "version": "v1", "kind": "{kind}"}}}}}}"#
        )
    };
    let schema = |kind: &str| {
        format!(
            r#"{{"type": "object", "x-kubernetes-group-version-kind": [{{"group": "example.com", "version": "v1", "kind": "{kind}"}}]}}"#
        )
    };
    let api = format!(
        r#"{{"paths": {{"/apis/example.com/v1/rings": {}, "/apis/example.com/v1/gadgets": {{"get": {{}}}}, "/apis/example.com/v1/namespaces/{{namespace}}/gadgets": {}}},
            "components": {{"schemas": {{"a": {}, "b": {}}}}}}}"#,
        post("Ring"),
        post("Gadget"),
        schema("Ring"),
        schema("Gadget")
    );
    let mut world = MemWorld::new::<&str, &str>([], "2026-01-01".parse().unwrap());
    let mut folder = Folder::default();
    for (path, text, expected) in [
        ("crd.yaml", CRD, vec![("Widget", Scope::Namespaced); 3]),
        ("crd.yaml", &cluster, vec![("Zone", Scope::Cluster); 3]),
        ("api.json", &api, vec![("Ring", Scope::Cluster), ("Gadget", Scope::Namespaced)]),
    ] {
        let definitions = read_definitions(path, text).definitions;
        let found = scopes(&definitions);
        assert!(
            found.iter().map(|(kind, scope)| (kind.as_str(), *scope)).eq(expected),
            "{found:?}"
        );
        folder.add(&definitions, path, "00");
    }
    write(&mut world, &folder);
    let (schemas, findings) = Schemas::load(&world, &[]);
    assert!(findings.is_empty());
    for (kind, expected) in [
        ("Widget", Some(Scope::Namespaced)),
        ("Zone", Some(Scope::Cluster)),
        ("Ring", Some(Scope::Cluster)),
        ("Gadget", Some(Scope::Namespaced)),
        ("Other", None),
    ] {
        assert_eq!(
            schemas.scope("example.com", "v1", kind, &Versions::default()),
            expected,
            "{kind}"
        );
    }
}
