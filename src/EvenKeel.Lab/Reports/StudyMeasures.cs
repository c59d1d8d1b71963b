using EvenKeel.Lab.Claims;
using EvenKeel.Lab.Statistics;
using EvenKeel.Lab.Studies;
using EvenKeel.Training;

namespace EvenKeel.Lab.Reports;

/// <summary>Looks up what claims speak of in the runs of a study.</summary>
internal sealed class StudyMeasures(StudyData data)
{
    private readonly Dictionary<Measure, MeasureValues> _known = [];

    /// <summary>The values of a measure.</summary>
    public MeasureValues Of(Measure measure)
    {
        if (!_known.TryGetValue(measure, out MeasureValues? values))
            _known[measure] = values = Find(measure);
        return values;
    }

    private MeasureValues Find(Measure measure)
    {
        Dictionary<string, string> choices = new(measure.Choices, StringComparer.Ordinal);
        if (data.Plan.Variants.Count > 0 && !choices.ContainsKey(Setting.VariantAxis))
            choices[Setting.VariantAxis] = data.Plan.Variants[0].Name;
        SchemeResult[] cells = [.. data.Settings.Where(setting => Fits(setting, choices))
            .Select(setting => setting.Find(measure.Scheme)).OfType<SchemeResult>()];
        if (cells.Length == 0)
        {
            string where = string.Join(", ", choices.Select(choice => $"{choice.Key}={choice.Value}"));
            return MeasureValues.None($"{measure.Scheme}{(where.Length > 0 ? $" at {where}" : "")} is not part of this plan");
        }

        string? best = measure.Choices.FirstOrDefault(choice => choice.Value == Measure.Best).Key;
        if (best is not null && cells.Length > 1)
            cells = Best(cells);
        return measure.IsCount ? Count(measure, cells) : BySeed(measure, cells);
    }

    private bool Fits(ReportData setting, Dictionary<string, string> choices) => choices.All(choice =>
        choice.Value is Measure.Mean or Measure.Best
        || (setting.Setting[choice.Key] ?? (choice.Key == Setting.VariantAxis ? data.Plan.Variant?.Name : null)) == choice.Value);

    // Picked by the validation error if there is one: picking on the images that are reported would flatter.
    private static SchemeResult[] Best(SchemeResult[] cells)
    {
        SchemeResult? best = cells.Where(cell => cell.Last is not null)
            .MinBy(cell => cell.LastValidation?.Mean ?? cell.Last!.Mean);
        return best is null ? cells : [best];
    }

    private MeasureValues BySeed(Measure measure, SchemeResult[] cells)
    {
        Dictionary<ulong, double> values = [];
        Dictionary<ulong, string[]> machines = [];
        string? missing = null;
        foreach (ulong seed in data.Plan.Seeds)
        {
            double sum = 0;
            bool complete = true;
            foreach (SchemeResult cell in cells)
            {
                (double? value, string? why) = Value(measure, cell.Runs.FirstOrDefault(run => run.Seed == seed), seed);
                missing ??= why;
                complete &= value is not null;
                sum += value ?? 0;
            }

            if (!complete)
                continue;
            values[seed] = sum / cells.Length;
            if (measure.IsTime)
                machines[seed] = Machines(cells, seed);
        }

        return new MeasureValues(values, null, missing) { Machines = machines };
    }

    // Empty where no journal says.
    private static string[] Machines(SchemeResult[] cells, ulong seed) =>
        [.. cells.SelectMany(cell => cell.Runs).Where(run => run.Seed == seed)
            .Select(run => run.History?.Record.Machine).OfType<MachineRecord>()
            .Select(machine => $"{machine.Cpu}, {machine.Threads} thread{(machine.Threads == 1 ? "" : "s")}")
            .Distinct()];

    private (double? Value, string? Missing) Value(Measure measure, RunData? run, ulong seed)
    {
        string name = $"{measure.Scheme} with seed {seed}";
        if (run is null || run.Status != RunStatus.Finished)
            return (null, $"{name} {(run?.Status is null ? "was not run" : run.StatusText)}");
        RunCurve error = run.Curve(data.Metric.Of, 100);
        double? value = measure.Kind switch
        {
            MeasureKind.Error => At(error, measure),
            MeasureKind.Accuracy => 100 - At(error, measure),
            MeasureKind.Loss => At(run.Curve(data.Metric.Loss, 1), measure),
            MeasureKind.TrainError => At(run.Curve(epoch => epoch.TrainError, 100), measure),
            MeasureKind.TrainLoss => At(run.Curve(epoch => epoch.TrainLoss, 1), measure),
            MeasureKind.Time => run.Epochs.Sum(epoch => epoch.Seconds),
            MeasureKind.EpochTime => SchemeResult.Median(run.Epochs.Select(epoch => epoch.Seconds)),
            MeasureKind.EpochsTo => error.EpochsTo(measure.Level),
            MeasureKind.TimeTo => error.SecondsTo(measure.Level),
            _ => null,
        };
        string why = measure.Kind is MeasureKind.EpochsTo or MeasureKind.TimeTo
            ? $"{name} never reached an error of {Show.Number(measure.Level, 1)}%"
            : $"{name} did not measure it";
        return (value, value is null ? why : null);
    }

    private static double? At(RunCurve curve, Measure measure) => measure.Moment switch
    {
        MeasureMoment.Best => curve.Lowest,
        MeasureMoment.Epoch => curve.At(measure.Epoch),
        _ => curve.Last,
    };

    private static MeasureValues Count(Measure measure, SchemeResult[] cells)
    {
        RunData[] runs = [.. cells.SelectMany(cell => cell.Runs)];
        if (measure.Kind == MeasureKind.Parameters)
        {
            return cells[0].Parameters is { } parameters
                ? new MeasureValues(new Dictionary<ulong, double>(), parameters, null)
                : MeasureValues.None($"{measure.Scheme} was not run");
        }

        if (runs.FirstOrDefault(run => !run.HasEnded) is { } open)
            return MeasureValues.None($"{measure.Scheme} with seed {open.Seed} {open.StatusText}");
        int count = measure.Kind == MeasureKind.Diverged
            ? runs.Sum(run => run.Diverged)
            : runs.Count(run => run.Status == RunStatus.Diverged);
        return new MeasureValues(new Dictionary<ulong, double>(), count, null);
    }
}
