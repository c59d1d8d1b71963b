using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>Two runs of a study beside each other: other machines, versions, variants or sizes.</summary>
/// <param name="First">One.</param>
/// <param name="Second">The other.</param>
internal sealed record StudyComparison(StudyData First, StudyData Second)
{
    private readonly List<string> _notes = [];

    /// <summary>The errors, the difference seed by seed, and the time of an epoch.</summary>
    /// <exception cref="UserException">The two have no scheme in common.</exception>
    public SummaryTable Results()
    {
        List<SummaryRow> rows = [];
        foreach (ReportData setting in First.Settings)
        {
            if (Match(setting) is not { } other)
                continue;
            foreach (SchemeResult one in setting.Schemes)
            {
                if (other.Find(one.Scheme) is { } two)
                    rows.Add(Row(setting, one, two));
            }
        }

        if (rows.Count == 0)
        {
            throw new UserException(
                $"{First.Plan.Study.Name} and {Second.Plan.Study.Name} have no scheme and setting in common; compare two runs of one study.");
        }

        if (First.Metric.Name != Second.Metric.Name)
            _notes.Add($"A shows the {First.Metric.LowerName}, B the {Second.Metric.LowerName}.");
        if (!First.Plan.Seeds.Intersect(Second.Plan.Seeds).Any())
            _notes.Add("The two have no seed in common, so there is no difference seed by seed.");
        string[] setting0 = First.Settings.Count > 1 ? ["Setting"] : [];
        return new SummaryTable(
            $"{First.Metric.Name}, %: A = {NameOf(First)}, B = {NameOf(Second)}",
            [new("Scheme", false), .. setting0.Select(name => new SummaryColumn(name, false)), new("A", true), new("B", true),
                new("B − A", true), new("s/epoch A", true), new("s/epoch B", true), new("A/B", true)],
            rows,
            _notes);
    }

    /// <summary>The verdicts on claims that both have; null when there are none.</summary>
    public SummaryTable? Claims()
    {
        SummaryRow[] rows = [.. First.Claims.Join(
            Second.Claims, claim => claim.Claim.Id, claim => claim.Claim.Id,
            (one, two) => new SummaryRow(0, one.Claim.Id, one.Claim.Words,
                [one.Claim.Words, ClaimTable.Margin(one), ClaimTable.Word(one.Verdict), ClaimTable.Margin(two), ClaimTable.Word(two.Verdict)],
                IsLowest: false))];
        return rows.Length == 0
            ? null
            : new SummaryTable(
                "Claims", [new("Claim", false), new("Margin A", true), new("Verdict A", false), new("Margin B", true), new("Verdict B", false)], rows, []);
    }

    /// <summary>The settings, machines and versions in which the two differ; null when in none.</summary>
    public SummaryTable? Differences()
    {
        IReadOnlyDictionary<string, string> one = Facts(First);
        IReadOnlyDictionary<string, string> two = Facts(Second);
        SummaryRow[] rows = [.. one.Keys.Union(two.Keys, StringComparer.Ordinal)
            .Where(name => one.GetValueOrDefault(name) != two.GetValueOrDefault(name))
            .Select(name => new SummaryRow(
                0, name, name, [name, one.GetValueOrDefault(name, Show.Nothing), two.GetValueOrDefault(name, Show.Nothing)], IsLowest: false))];
        return rows.Length == 0
            ? null
            : new SummaryTable("What differs", [new("Setting", false), new("A", false), new("B", false)], rows, []);
    }

    // A variant apart, one run may have a setting that the other names by its plan.
    private ReportData? Match(ReportData setting) =>
        Second.Settings.FirstOrDefault(other => other.Setting.Equals(setting.Setting))
        ?? Second.Settings.FirstOrDefault(other => other.Setting.Without(Setting.VariantAxis).Equals(setting.Setting.Without(Setting.VariantAxis)));

    private SummaryRow Row(ReportData setting, SchemeResult one, SchemeResult two)
    {
        string[] where = First.Settings.Count > 1 ? [setting.Setting.Key] : [];
        string ratio = one.EpochSeconds is { } a && two.EpochSeconds is { } b and > 0 ? Show.Number(a / b, 2) : Show.Nothing;
        return new SummaryRow(one.Index, one.Scheme, one.Label,
            [
                one.Scheme, .. where, Show.Interval(one.Last, 2), Show.Interval(two.Last, 2),
                Show.Difference(Estimate.OfPairs(two.LastBySeed, one.LastBySeed), 2),
                one.EpochSeconds is { } first ? Show.Rough(first) : Show.Nothing,
                two.EpochSeconds is { } second ? Show.Rough(second) : Show.Nothing, ratio,
            ],
            IsLowest: false);
    }

    private static string NameOf(StudyData data)
    {
        StringBuilder name = new(data.Plan.Study.Name);
        if (data.Plan.Profile is { } profile)
            name.Append($", {profile.Name}");
        foreach (StudyVariant variant in data.Plan.Variants)
            name.Append($", {variant.Name}");
        return name.ToString();
    }

    private static IReadOnlyDictionary<string, string> Facts(StudyData data)
    {
        Dictionary<string, SortedSet<string>> facts = new(StringComparer.Ordinal);
        foreach (RunData run in data.Runs)
        {
            Flatten(JsonSerializer.SerializeToNode(run.Planned.Spec with { Scheme = run.Planned.Scheme.Key }, SpecJson.Compact)!.AsObject(), "", facts);
            if (run.History?.Record is not { } record)
                continue;
            Add(facts, "version", record.Version);
            Add(facts, "commit", record.Commit ?? Show.Nothing);
            Add(facts, "processor", record.Machine?.Cpu ?? Show.Nothing);
            Add(facts, "threads", $"{record.Machine?.Threads}");
            Add(facts, "data fingerprint", record.Data?.Fingerprint ?? Show.Nothing);
        }

        return facts.ToDictionary(fact => fact.Key, fact => string.Join(", ", fact.Value), StringComparer.Ordinal);
    }

    private static void Flatten(JsonObject members, string prefix, Dictionary<string, SortedSet<string>> facts)
    {
        foreach ((string name, JsonNode? value) in members)
        {
            if (value is JsonObject inner)
                Flatten(inner, $"{prefix}{name}.", facts);
            else
                Add(facts, prefix + name, value?.ToString() ?? Show.Nothing);
        }
    }

    private static void Add(Dictionary<string, SortedSet<string>> facts, string name, string value)
    {
        if (!facts.TryGetValue(name, out SortedSet<string>? values))
            facts[name] = values = new SortedSet<string>(StringComparer.Ordinal);
        values.Add(value);
    }
}
