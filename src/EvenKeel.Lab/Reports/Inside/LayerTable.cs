using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Lab.Reports.Inside;

/// <summary>A moment layer by layer, for the report and for <c>evenkeel inspect</c>.</summary>
internal static class LayerTable
{
    /// <summary>Headings of the layers' rows.</summary>
    public static IReadOnlyList<string> LayerColumns { get; } =
    [
        "Layer", "‖v‖", "‖w‖", "‖∇v‖", "Eff. step", "Means off", "Vars off", "Mean", "Dev.", "Dead, %",
    ];

    /// <summary>Headings of the rows of gains and biases.</summary>
    public static IReadOnlyList<string> ValueColumns { get; } = ["Parameter", "Min", "Lower", "Median", "Upper", "Max"];

    /// <summary>A row for each layer that has a weight, running statistics or an activation; what a layer does not have
    /// is empty.</summary>
    public static IEnumerable<IReadOnlyList<string>> Layers(DiagnosticRecord moment)
    {
        foreach (string name in Names(moment))
        {
            WeightDiagnostic? weight = moment.Weights.FirstOrDefault(item => item.Layer == name);
            StatisticsDiagnostic? statistics = moment.Statistics.FirstOrDefault(item => item.Layer == name);
            ActivationDiagnostic? activation = moment.Activations.FirstOrDefault(item => item.Layer == name);
            yield return
            [
                name,
                Cell(weight?.Norm, Show.Rough),
                Cell(weight?.EffectiveNorm ?? weight?.Norm, Show.Rough),
                Cell(weight?.Gradient, Show.Scientific),
                Cell(weight?.EffectiveStep, Show.Scientific),
                Cell(statistics?.MeanDistance, Show.Rough),
                Cell(statistics?.VarianceDistance, Show.Rough),
                Cell(activation?.Mean, Show.Rough),
                Cell(activation?.Deviation, Show.Rough),
                Cell(100 * activation?.Dead, value => Show.Number(value, 1)),
            ];
        }
    }

    /// <summary>A row for each gain and each bias.</summary>
    public static IEnumerable<IReadOnlyList<string>> Values(DiagnosticRecord moment) =>
        moment.Gains.Concat(moment.Biases).Select(values => (IReadOnlyList<string>)
        [
            values.Name, Show.Rough(values.Min), Show.Rough(values.Lower), Show.Rough(values.Median), Show.Rough(values.Upper),
            Show.Rough(values.Max),
        ]);

    // A normalizer is named after the linear map that it follows, and stands after it.
    private static string[] Names(DiagnosticRecord moment)
    {
        string[] weights = [.. moment.Weights.Select(weight => weight.Layer)];
        string[] others = [.. moment.Statistics.Select(item => item.Layer).Concat(moment.Activations.Select(item => item.Layer))
            .Except(weights, StringComparer.Ordinal)];
        string[] ordered = [.. weights.SelectMany(
            weight => others.Where(other => other.StartsWith($"{weight}.", StringComparison.Ordinal)).Prepend(weight))];
        return [.. ordered, .. others.Except(ordered, StringComparer.Ordinal)];
    }

    private static string Cell(double? value, Func<double, string> text) => value is { } number ? text(number) : "";
}
