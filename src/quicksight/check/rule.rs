//! The rules of a template, and what to do where one is broken.

macro_rules! rules {
    ($($(#[$about:meta])* $rule:ident $name:literal $advice:literal)*) => {
        /// What is looked for in a template. All but the first few are mistakes that neither
        /// CloudFormation's schema nor QuickSight's model can see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TemplateRule {
            $($(#[$about])* $rule,)*
        }

        impl TemplateRule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$rule),*];

            /// A name for machines, as in `unknown_column`. It stays what it is.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$rule => $name,)*
                }
            }

            /// What to do about it.
            pub(super) fn advice(self) -> &'static str {
                match self {
                    $(Self::$rule => $advice,)*
                }
            }
        }
    };
}

rules! {
    /// The text is no JSON, or no template.
    NotATemplate "not_a_template" "give the file that `quicksight template` wrote"
    /// A `Ref`, `Fn::GetAtt`, `Fn::Sub`, condition or mapping names what is not there.
    UnknownReference "unknown_reference" "name a resource, parameter, condition or mapping of the template"
    /// Two resources have one id.
    ResourceTwice "resource_twice" "give one of them another id"
    /// A key that is an id has other letters than digits, those of A to Z, and hyphens.
    BadKey "bad_key" "write a hyphen in place of each other letter"
    /// A data set has a property that is kept for old ones. It could never be changed in place.
    DeprecatedProperty "deprecated_property" "use DataPrepConfiguration and SemanticModelConfiguration"
    /// A table, or a source of tables, that the data set does not have.
    UnknownTable "unknown_table" "name a table of this data set"
    /// A step of the preparation that is not there.
    UnknownStep "unknown_step" "name a step of this data set"
    /// Steps of the preparation that need each other first.
    StepsInACircle "steps_in_a_circle" "let each step read one that is before it"
    /// A column that the data set does not have at that place.
    UnknownColumn "unknown_column" "name a column that is there, or bring it into the data set"
    /// A second column of the same name or id.
    ColumnTwice "column_twice" "give one of them another name or id"
    /// A column of a type that its use does not allow.
    TypeMismatch "type_mismatch" "use another column, or another kind of field, filter or function"
    /// An expression that cannot be read.
    BrokenExpression "broken_expression" "close what is open, and write columns as {name}"
    /// A function that is not in the list of QuickSight's.
    UnknownFunction "unknown_function" "use a function of QuickSight"
    /// Rules about rows that are kept in a data set that was not made for them.
    RulesNotUsable "rules_not_usable" "give the data set of the rules UseAs RLS_RULES, and name VERSION_2"
    /// A text for readers that is too long.
    LongText "long_text" "shorten it"
    /// A dashboard that shows nothing.
    DashboardWithoutDefinition "dashboard_without_definition" "give it a Definition"
    /// A data set that the dashboard or topic does not declare, or the template does not have.
    UnknownDataSet "unknown_data_set" "declare the data set, or name one that is"
    /// A parameter that the dashboard does not declare.
    UnknownParameter "unknown_parameter" "declare the parameter, or name one that is"
    /// A parameter that nobody can set. A filter by it leaves every visual empty.
    ParameterWithoutControl "parameter_without_control" "add a control for it to a sheet, or remove it"
    /// A second data set, parameter, filter or element of the same name.
    NameTwice "name_twice" "give one of them another name"
    /// A second sheet with the same id.
    SheetTwice "sheet_twice" "give one of them another id"
    /// A sheet with a name of one letter, which vanishes.
    ShortSheetName "short_sheet_name" "give it a longer name"
    /// A sheet that is not there.
    UnknownSheet "unknown_sheet" "name a sheet of this dashboard"
    /// A second visual with the same id.
    VisualTwice "visual_twice" "give one of them another id"
    /// A visual that is not on the sheet.
    UnknownVisual "unknown_visual" "name a visual of that sheet"
    /// A visual that has no place.
    VisualWithoutLayout "visual_without_layout" "place it in the layout of its sheet"
    /// A second field of a visual with the same id.
    FieldTwice "field_twice" "give one of them another id"
    /// A field that the visual does not have.
    UnknownField "unknown_field" "name a field of this visual"
    /// A layout places what the sheet does not have.
    UnknownElement "unknown_element" "name an element of this sheet, and its type"
    /// A layout places something twice.
    ElementTwice "element_twice" "place it once"
    /// A layout places nothing.
    EmptyLayout "empty_layout" "place the elements of the sheet in it, or remove it"
    /// A filter that is not there.
    UnknownFilter "unknown_filter" "name a filter of this dashboard"
    /// A filter of nothing.
    FilterWithoutVisual "filter_without_visual" "name the visuals it is for, or remove it"
    /// Neither of the sets of actions that QuickSight knows for such a resource.
    WrongPermissions "wrong_permissions" "grant the whole set of an owner or of a viewer"
    /// All rows are read again every few minutes.
    FrequentFullRefresh "frequent_full_refresh" "refresh by a look-back window, or once an hour or less"
    /// A schedule for a data set that is not there.
    ScheduleWithoutDataSet "schedule_without_data_set" "use the DataSetId of a data set of the template"
    /// A refresh of a data set that keeps no rows.
    RefreshWithoutSpice "refresh_without_spice" "remove it, or let the data set use SPICE"
    /// An incremental schedule of a data set without a look-back window.
    IncrementalWithoutLookBack "incremental_without_look_back" "give the data set DataSetRefreshProperties, or refresh all rows"
    /// An incremental refresh of custom SQL, which QuickSight does not do.
    IncrementalCustomSql "incremental_custom_sql" "read a view in place of the SQL, or refresh all rows"
    /// A password in the template.
    PlainSecret "plain_secret" "keep it in Secrets Manager, and name its ARN"
    /// A connection to the database without TLS.
    TlsOff "tls_off" "set DisableSsl to false"
    /// A connection to a network with fewer subnets than it needs.
    FewSubnets "few_subnets" "name subnets in two availability zones"
    /// A security group for all addresses, or a role for everybody.
    OpenToTheWorld "open_to_the_world" "name the group of the database and its port, or QuickSight's service"
    /// A policy that gives every secret.
    BroadSecretRights "broad_secret_rights" "name the one secret as the resource"
    /// A policy that gives more of the network than QuickSight needs.
    BroadNetworkRights "broad_network_rights" "grant the five actions on network interfaces alone"
}
