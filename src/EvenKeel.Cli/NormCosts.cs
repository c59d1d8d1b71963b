using System.Text.Json;
using EvenKeel.Cli.Benches;
using EvenKeel.Lab.Benchmarks;
using EvenKeel.Norms;
using EvenKeel.Training;

namespace EvenKeel.Cli;

/// <summary>What the methods cost, as <c>docs/norm-costs.jsonl</c> has it: the output of
/// <c>evenkeel bench --suite norms --costs --json</c>, which goes with the command.</summary>
internal sealed class NormCosts
{
    private readonly IReadOnlyList<(Scheme Scheme, StepCost Result)> _rows;

    private NormCosts(IEnumerable<StepCost> rows) => _rows = [.. rows.Select(row => (Scheme.Parse(row.Scheme), row))];

    /// <summary>The measurement inside the command.</summary>
    public static NormCosts Embedded { get; } = Load();

    /// <summary>What was measured, and when and where; null if nothing was.</summary>
    public StepCost? Conditions => _rows.Count == 0 ? null : _rows[0].Result;

    /// <summary>Reads JSON lines.</summary>
    public static NormCosts Parse(string lines) => new(
        lines.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(line => JsonSerializer.Deserialize<StepCost>(line, SpecJson.Compact)!));

    /// <summary>The method alone; null if it was not measured.</summary>
    public StepCost? Of(NormMethod method) => Alone(method).FirstOrDefault();

    /// <summary>The method with other options or together with others.</summary>
    public IReadOnlyList<StepCost> Variants(NormMethod method) =>
    [
        .. Alone(method).Skip(1),
        .. _rows.Where(r => r.Scheme.Norms.Count > 1 && r.Scheme.Norms.Any(n => n.GetType() == method.Type)).Select(r => r.Result),
    ];

    /// <summary>The cost as a cell of a table.</summary>
    public string Cell(NormMethod method) => Of(method) is { } row ? StepTables.Times(row.Cost) : "-";

    /// <summary>The cost in a sentence, without its end.</summary>
    public string Sentence(NormMethod method)
    {
        if (Of(method) is not { } row)
            return NormSuite.Suite.LeftOut.TryGetValue(method.Name, out var reason) ? $"not measured: {reason}" : "not measured";
        var more = string.Join(", ", Variants(method).Select(v => $"{v.Norm} {v.Cost:F2}"));
        var options = row.Norm == method.Name ? "" : $", as {row.Norm}";
        return $"{row.Cost:F2} times a step without normalization{options}{(more.Length == 0 ? "" : $"; {more}")}";
    }

    private static NormCosts Load()
    {
        using var stream = typeof(NormCosts).Assembly.GetManifestResourceStream("norm-costs.jsonl")!;
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    private IEnumerable<StepCost> Alone(NormMethod method) =>
        _rows.Where(r => r.Scheme.Norms is [var only] && only.GetType() == method.Type).Select(r => r.Result);
}
