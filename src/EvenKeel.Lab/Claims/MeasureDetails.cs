using System.Globalization;

namespace EvenKeel.Lab.Claims;

/// <summary>Collects what stands behind a measure's scheme: choices of axes, the epoch, the error to reach.</summary>
internal sealed class MeasureDetails(MeasureKind kind, string name, int column)
{
    private readonly Dictionary<string, string> _choices = new(StringComparer.Ordinal);
    private MeasureMoment _moment;
    private int _epoch;
    private double? _level;

    private bool ReachesLevel => kind is MeasureKind.EpochsTo or MeasureKind.TimeTo;

    // Time and counts have no epoch of their own.
    private bool HasMoment => kind is MeasureKind.Error or MeasureKind.Accuracy or MeasureKind.Loss
        or MeasureKind.TrainError or MeasureKind.TrainLoss;

    /// <summary>Takes one argument.</summary>
    /// <param name="argument"><c>last</c>, <c>best</c>, <c>epoch=5</c>, <c>error=20</c> or <c>axis=value</c>.</param>
    /// <param name="at">Its column.</param>
    public void Take(string argument, int at)
    {
        int equals = argument.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            if (!HasMoment || argument is not ("last" or "best"))
            {
                string moments = HasMoment ? "last, best, epoch=5 or " : "";
                throw new ClaimException(at, $"expected {moments}an axis with its value, such as batch=2, got '{argument}'");
            }

            _moment = argument == "best" ? MeasureMoment.Best : MeasureMoment.Last;
            return;
        }

        string key = argument[..equals].Trim();
        string value = argument[(equals + 1)..].Trim();
        if (key == "epoch" && HasMoment)
            (_moment, _epoch) = (MeasureMoment.Epoch, Epoch(value, at));
        else if (key == "error" && ReachesLevel)
            _level = Level(value, at);
        else if (!_choices.TryAdd(key, value))
            throw new ClaimException(at, $"{key} is given twice");
    }

    /// <summary>The measure.</summary>
    public Measure ToMeasure(string scheme, int schemeColumn)
    {
        if (ReachesLevel && _level is null)
            throw new ClaimException(column, $"{name} needs the error to reach in percent, as in {name}({scheme}, error=20)");
        return new Measure
        {
            Kind = kind,
            Scheme = scheme,
            Choices = _choices,
            Moment = _moment,
            Epoch = _epoch,
            Level = _level ?? 0,
            Column = column,
            SchemeColumn = schemeColumn,
        };
    }

    private static int Epoch(string value, int at) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int epoch) && epoch > 0
            ? epoch
            : throw new ClaimException(at, $"epoch={value}: expected a whole number of 1 or more");

    private static double Level(string value, int at) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double level) && level is > 0 and < 100
            ? level
            : throw new ClaimException(at, $"error={value}: expected an error in percent, above 0 and below 100");
}
