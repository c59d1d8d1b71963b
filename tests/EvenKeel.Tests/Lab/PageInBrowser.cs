using System.Text.Json;
using System.Text.RegularExpressions;
using EvenKeel.Lab.Reports;
using EvenKeel.Lab.Studies;

namespace EvenKeel.Tests.Lab;

/// <summary>The page of the fixed study, used in a browser by <c>PageCheck.js</c> once on a desk and once on a phone.</summary>
public sealed partial class PageInBrowser : IDisposable
{
    private const string Watch = """
        <script>
        window.pageErrors = [];
        addEventListener("error", event => pageErrors.push(event.message));
        console.error = (...words) => pageErrors.push(words.join(" "));
        console.warn = console.error;
        </script>
        """;

    // A frame is as wide as a phone; a browser's window cannot be.
    private const string Frame = """
        <!DOCTYPE html><html><body style="margin:0"><iframe src="page.html" style="border:0;height:900px;width:1280px"></iframe><script>
        const frame = document.querySelector("iframe"), outcomes = [];
        addEventListener("message", event => {
          outcomes.push(event.data);
          if (outcomes.length === 1) { frame.style.width = "390px"; frame.src = "page.html?phone"; return; }
          const result = document.createElement("pre");
          result.id = "outcomes";
          result.textContent = JSON.stringify(outcomes);
          document.body.append(result);
        });
        </script></body></html>
        """;

    private readonly string _root = Directory.CreateTempSubdirectory("evenkeel-page-").FullName;
    private readonly Lazy<(JsonElement Desk, JsonElement Phone)> _outcomes;

    public PageInBrowser()
    {
        StudyPlan plan = FixedStudy.Plan();
        FixedStudy.Write(plan, _root);
        Html = File.ReadAllText(ReportBuilder.Build(plan, plan.StudyFolder(_root)).HtmlPath);
        _outcomes = new(Use);
    }

    /// <summary>The page.</summary>
    public string Html { get; }

    /// <summary>What came of it in a window 1280 pixels wide.</summary>
    public JsonElement Desk => _outcomes.Value.Desk;

    /// <summary>What came of it in a window 390 pixels wide.</summary>
    public JsonElement Phone => _outcomes.Value.Phone;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private (JsonElement Desk, JsonElement Phone) Use()
    {
        Chromium.Find();
        using Stream stream = typeof(PageInBrowser).Assembly.GetManifestResourceStream("PageCheck.js")!;
        using StreamReader reader = new(stream);
        string page = Html.Replace("<head>", "<head>" + Watch, StringComparison.Ordinal)
            .Replace("</body>", $"<script>\n{reader.ReadToEnd()}</script></body>", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_root, "page.html"), page);
        string frame = Path.Combine(_root, "frame.html");
        File.WriteAllText(frame, Frame);
        string elements = Chromium.Elements(frame, Path.Combine(_root, "profile"));
        Match match = Outcomes().Match(elements);
        Assert.True(match.Success, "The page left no outcome: " + elements);
        JsonElement outcomes = JsonDocument.Parse(System.Net.WebUtility.HtmlDecode(match.Groups["outcomes"].Value)).RootElement;
        return (outcomes[0], outcomes[1]);
    }

    [GeneratedRegex("""<pre id="outcomes">(?<outcomes>.*?)</pre>""", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Outcomes();
}
