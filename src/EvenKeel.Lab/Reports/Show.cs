using System.Globalization;
using System.Net;
using EvenKeel.Lab.Statistics;

namespace EvenKeel.Lab.Reports;

/// <summary>Numbers and texts as reports show them: invariant culture, a real minus sign, nothing unescaped.</summary>
internal static class Show
{
    /// <summary>What stands where nothing was measured.</summary>
    public const string Nothing = "–";

    /// <summary>A number with so many decimals.</summary>
    public static string Number(double value, int decimals)
    {
        string text = Math.Round(value, decimals).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        bool zero = text.AsSpan().Trim("-0.").IsEmpty;
        return zero ? text.TrimStart('-') : text.Replace('-', '\u2212');
    }

    /// <summary>A number with about three significant digits, for speeds and times.</summary>
    public static string Rough(double value) => Number(value, Math.Abs(value) switch
    {
        >= 100 => 0,
        >= 10 => 1,
        >= 1 => 2,
        _ => 3,
    });

    /// <summary>A number with two significant digits and a power of ten, such as <c>3.1e−5</c>.</summary>
    public static string Scientific(double value) =>
        value.ToString("0.0e-0", CultureInfo.InvariantCulture).Replace('-', '\u2212');

    /// <summary>A whole number with narrow spaces between thousands from five digits on.</summary>
    public static string Count(long value) => value is > -10_000 and < 10_000
        ? value.ToString(CultureInfo.InvariantCulture)
        : value.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u202f');

    /// <summary>A mean with its interval, such as <c>17.88 ± 0.21</c>.</summary>
    public static string Interval(Estimate? estimate, int decimals) => estimate switch
    {
        null => Nothing,
        { HalfWidth: { } half } => $"{Number(estimate.Mean, decimals)} ± {Number(half, decimals)}",
        _ => Number(estimate.Mean, decimals),
    };

    /// <summary>A difference with its sign and interval.</summary>
    public static string Difference(Estimate? estimate, int decimals) =>
        estimate is null ? Nothing : (estimate.Mean > 0 ? "+" : "") + Interval(estimate, decimals);

    /// <summary>A p value for a table.</summary>
    public static string Chance(double value) => value < 0.001 ? "<0.001" : Number(value, value < 0.1 ? 3 : 2);

    /// <summary>A p value for a sentence, such as <c>p = 0.012</c>.</summary>
    public static string ChanceSentence(double value) => value < 0.001 ? "p < 0.001" : $"p = {Chance(value)}";

    /// <summary>A moment, in UTC.</summary>
    public static string Moment(DateTimeOffset? moment) => moment is { } at
        ? at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) + " UTC"
        : Nothing;

    /// <summary>Text made safe for HTML and SVG.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A coordinate of a drawing, to a tenth.</summary>
    public static string Place(double value) =>
        Math.Round(value, 1).ToString("0.#", CultureInfo.InvariantCulture);
}
