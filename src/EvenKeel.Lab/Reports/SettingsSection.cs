using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>What a reader needs to repeat or to judge the runs: every setting, machine, data and dates.</summary>
internal static class SettingsSection
{
    private static readonly JsonSerializerOptions WithNulls = new(SpecJson.Compact)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never,
    };

    /// <summary>Writes the sections.</summary>
    public static void Write(StringBuilder html, StudyData data)
    {
        RunData[] started = [.. data.Runs.Where(run => run.History is not null)];
        html.Append("<section id=\"settings\"><h2>Settings</h2>\n<div class=\"columns\">\n");
        WritePairs(html, "Every run", Settings(data));
        html.Append("<div>\n");
        WritePairs(html, "Data", Data(started));
        WritePairs(html, "Machine and version", Machine(started));
        html.Append("</div></div></section>\n");
        WriteRuns(html, data);
    }

    private static List<(string Name, string Value)> Settings(StudyData data)
    {
        List<(string Name, List<string> Values)> settings = [];
        foreach (RunSpec spec in data.Plan.Runs)
            Flatten(JsonSerializer.SerializeToNode(spec, WithNulls)!.AsObject(), "", settings);
        return [.. settings.Select(setting => (
            setting.Name, string.Join(", ", setting.Values.Distinct(StringComparer.Ordinal))))];
    }

    private static void Flatten(JsonObject members, string prefix, List<(string Name, List<string> Values)> into)
    {
        foreach ((string member, JsonNode? value) in members)
        {
            string name = prefix + member;
            if (value is JsonObject inner)
            {
                Flatten(inner, name + ".", into);
                continue;
            }

            int at = into.FindIndex(setting => setting.Name == name);
            if (at < 0)
            {
                at = into.Count;
                into.Add((name, []));
            }

            // A number of images that is not set means all of them.
            bool images = member.EndsWith("Images", StringComparison.Ordinal);
            into[at].Values.Add(value is null && images ? "all" : ValueText(value));
        }
    }

    private static string ValueText(JsonNode? value) => value switch
    {
        null => "not set",
        JsonArray { Count: 0 } => "none",
        JsonArray items => string.Join(" ", items.Select(ValueText)),
        JsonValue single when single.TryGetValue(out string? text) => text,
        JsonValue single when single.TryGetValue(out double number) => number.ToString("R", CultureInfo.InvariantCulture)
            .Replace("E-0", "e-", StringComparison.Ordinal).Replace('E', 'e'),
        _ => value.ToJsonString(),
    };

    private static List<(string Name, string Value)> Data(RunData[] started)
    {
        DataRecord[] all = [.. started.Select(run => run.History!.Record.Data).OfType<DataRecord>()];
        List<(string Name, string Value)> pairs =
        [
            ("data set", Distinct(all, data => data.Name)),
            ("fingerprint", Distinct(all, data => data.Fingerprint)),
            ("training images", Distinct(all, data => Show.Count(data.Train))),
            ("validation images", Distinct(all, data => Show.Count(data.Validation))),
            ("test images", Distinct(all, data => Show.Count(data.Test))),
        ];
        foreach (string fact in all.SelectMany(data => data.Preprocessing.Keys)
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            pairs.Add((fact, Distinct(
                all.Where(data => data.Preprocessing.ContainsKey(fact)), data => data.Preprocessing[fact])));
        }

        return pairs;
    }

    private static List<(string Name, string Value)> Machine(RunData[] started)
    {
        RunRecord[] records = [.. started.Select(run => run.History!.Record)];
        MachineRecord[] machines = [.. records.Select(record => record.Machine).OfType<MachineRecord>()];
        IEnumerable<long> peaks = started.SelectMany(run => run.Epochs).Select(epoch => epoch.PeakBytes).OfType<long>();
        long peak = peaks.DefaultIfEmpty().Max();
        return
        [
            ("processor", Distinct(machines, machine => machine.Cpu)),
            ("vector path", Distinct(machines, machine => $"{machine.Path} bits")),
            ("threads", Distinct(machines, machine => machine.Threads.ToString(CultureInfo.InvariantCulture))),
            ("system", Distinct(machines, machine => machine.Os)),
            ("runtime", Distinct(machines, machine => machine.Runtime)),
            ("peak memory", peak == 0 ? Show.Nothing : $"{Show.Count(peak / (1024 * 1024))} MiB"),
            ("EvenKeel", Distinct(records, record => record.Version)),
            ("commit", Distinct(records, record => record.Commit ?? Show.Nothing)),
            ("first start", Show.Moment(records.Min(record => record.Start))),
            ("last end", Show.Moment(records.Max(record => record.End))),
        ];
    }

    private static string Distinct<T>(IEnumerable<T> items, Func<T, string> text)
    {
        string joined = string.Join("; ", items.Select(text).Distinct(StringComparer.Ordinal));
        return joined.Length == 0 ? Show.Nothing : joined;
    }

    private static void WritePairs(StringBuilder html, string title, List<(string Name, string Value)> pairs)
    {
        html.Append($"<table class=\"pairs\"><caption>{title}</caption><tbody>\n");
        foreach ((string name, string value) in pairs)
            html.Append($"<tr><th scope=\"row\">{Show.Escape(name)}</th><td>{Show.Escape(value)}</td></tr>\n");
        html.Append("</tbody></table>\n");
    }

    private static void WriteRuns(StringBuilder html, StudyData data)
    {
        html.Append("<section id=\"runs\"><h2>Runs</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
            + "aria-label=\"Table of runs\"><table class=\"runs\">\n<thead><tr><th scope=\"col\">Scheme</th>"
            + (data.Settings.Count > 1 ? "<th scope=\"col\">Setting</th>" : "")
            + "<th scope=\"col\" class=\"n\">Seed</th><th scope=\"col\">State</th><th scope=\"col\" class=\"n\">Epochs</th>"
            + $"<th scope=\"col\" class=\"n\">{Show.Escape(data.Metric.Name)}, %</th>"
            + "<th scope=\"col\" class=\"n\">Sessions</th><th scope=\"col\">Started</th><th scope=\"col\">Ended</th>"
            + "<th scope=\"col\">Folder</th></tr></thead>\n<tbody>\n");
        foreach (SchemeResult scheme in data.Settings.SelectMany(setting => setting.Schemes))
        {
            foreach (RunData run in scheme.Runs)
            {
                RunRecord? record = run.History?.Record;
                double? error = run.Epochs.Count == 0 ? null : data.Metric.Of(run.Epochs[^1]);
                html.Append($"<tr class=\"s{scheme.Index}\"><th scope=\"row\"><i></i><b>{Show.Escape(scheme.Scheme)}</b></th>"
                    + (data.Settings.Count > 1 ? $"<td>{Show.Escape(run.Planned.Setting.Key)}</td>" : "")
                    + $"<td class=\"n\">{run.Spec.Seed}</td><td>{run.StatusText}</td>"
                    + $"<td class=\"n\">{run.LastEpoch} of {run.Spec.Epochs}</td>"
                    + $"<td class=\"n\">{(error is { } share ? Show.Number(100 * share, 2) : Show.Nothing)}</td>"
                    + $"<td class=\"n\">{record?.Sessions ?? 0}</td><td>{Show.Moment(record?.Start)}</td>"
                    + $"<td>{Show.Moment(record?.End)}</td><td><code>{Show.Escape(run.FolderName)}</code></td></tr>\n");
            }
        }

        html.Append("</tbody></table></div></section>\n");
    }
}
