using System.Text.Json;
using EvenKeel.Cli.Terminals;
using EvenKeel.Lab.Benchmarks.KernelCases;
using EvenKeel.Training;

namespace EvenKeel.Cli.Benches;

/// <summary>Timed kernels as a table or as lines.</summary>
internal static class KernelTable
{
    /// <summary>Prints the results.</summary>
    public static void Print(Terminal terminal, IReadOnlyList<KernelResult> rows, bool asJson)
    {
        if (asJson)
        {
            foreach (var row in rows) terminal.Line(JsonSerializer.Serialize(row, SpecJson.Compact));
            return;
        }

        foreach (var group in rows.GroupBy(r => r.Unit))
        {
            terminal.Table(
                ["kernel", "size", "by", "ms", group.Key, "best", "machine", "share", "best share"],
                group.Select(r => new[]
                {
                    r.Kernel, r.Size, r.Algorithm.Length == 0 ? "-" : r.Algorithm, $"{r.MedianMilliseconds:F3}", $"{r.Median:F1}",
                    $"{r.Best:F1}", $"{r.Machine:F1}", $"{r.MedianShare:P0}", $"{r.BestShare:P0}",
                }));
            terminal.Line();
        }

        terminal.Paragraph("", "Medians of all calls, and the best call. The machine's rate is its peak of multiply-adds or its "
            + "bandwidth, measured right before and after each kernel. Multiplications are counted as the direct way needs "
            + "them, so that one that saves some may exceed the peak; memory is counted as if nothing stayed in a cache.");
    }
}
