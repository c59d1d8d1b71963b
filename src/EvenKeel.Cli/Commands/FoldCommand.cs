using System.CommandLine;
using EvenKeel.Backends;
using EvenKeel.Cli.Terminals;
using EvenKeel.Kernels.Random;
using EvenKeel.Modules;
using EvenKeel.Training;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel fold</c>: a trained network with its normalization folded into plain weights.</summary>
internal static class FoldCommand
{
    private const int Images = 16;

    // Far above rounding, far below what a layer folded wrongly would do.
    private const double LargestDifference = 1e-3;

    public static Command Create()
    {
        var source = new Argument<string>("run") { Description = "A run's folder, or a checkpoint in it.", HelpName = "RUN-FOLDER|CHECKPOINT" };
        var output = new Option<string?>("--out") { Description = "The folded network; otherwise folded.ekpt beside the checkpoint.", HelpName = "FILE" };
        var json = CommonOptions.Json();
        var threads = CommonOptions.Threads();
        var command = new Command("fold", "Fold a trained network's normalization into plain weights for inference.") { source, output, json, threads };
        command.AddExamples(
            "evenkeel fold runs/train/bn-1-0123456789ab", "evenkeel fold runs/train/bn-1-0123456789ab --out net.ekpt --json");
        command.Runs((result, terminal, _) =>
        {
            using var backend = new CpuBackend(result.GetValue(threads));
            var path = result.GetValue(source)!;
            var saved = SavedNetwork.Load(path, backend);
            if (saved.IsFolded) throw new UserException($"{path} is folded already: give the folder of the run it came from.");
            var folded = saved.Network.Fold();
            var file = result.GetValue(output)
                ?? Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, "folded.ekpt");
            SavedNetwork.Write(file, folded, saved.Spec);

            // What counts is what a reader of the file will get.
            var difference = Difference(SavedNetwork.Load(file, backend).Network, saved.Network);
            if (result.GetValue(json)) terminal.Line(Json.Text(new { File = Path.GetFullPath(file), saved.Spec.Model, saved.Spec.Scheme, Parameters = folded.Network.ParameterCount, Difference = difference, folded.IsComplete, folded.Layers }));
            else Print(terminal, folded, saved, difference, file);
            if (difference <= LargestDifference) return ExitCode.Done;
            terminal.Note($"error: the folded network's outputs differ by {difference:0.0e+00} of the largest, expected below {LargestDifference:0.0e+00}: this is a fault in EvenKeel, please report it");
            return ExitCode.Failed;
        });
        return command;
    }

    private static void Print(Terminal terminal, FoldedNetwork folded, SavedNetwork saved, double difference, string file)
    {
        terminal.Table(
            ["layer", "folded", "note"],
            folded.Layers.Select(l => new[]
            {
                l.Name,
                l.Kept is not null ? "no" : l.Into is not null || l.WeightMap ? "yes" : "-",
                l.Kept ?? (l.Into is not null ? $"into {l.Into}" : l.WeightMap ? "effective weight stored" : "plain weight already"),
            }));
        terminal.Line();
        terminal.Line($"{saved.Spec.Model} with {saved.Spec.Scheme}: {saved.Network.ParameterCount:N0} parameters, {folded.Network.ParameterCount:N0} folded{(folded.IsComplete ? "" : "; some normalizers stay")}");
        terminal.Line($"Largest difference of the outputs on {Images} random images: {difference:0.0e+00} of the largest output");
        terminal.Line($"Written to {Path.GetFullPath(file)}");
    }

    private static double Difference(Network folded, Network original)
    {
        float[] a = Output(folded), b = Output(original);
        double difference = 0, largest = 0;
        for (var i = 0; i < a.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)a[i] - b[i]));
            largest = Math.Max(largest, Math.Abs((double)b[i]));
        }

        return difference / Math.Max(largest, double.Epsilon);
    }

    private static float[] Output(Network network)
    {
        network.Tape.Begin(recording: false);
        var x = network.RentInput(Images);
        var numbers = new float[x.Shape.Length];
        var stream = new RandomStream(1, 1);
        for (var i = 0; i < numbers.Length; i++) numbers[i] = 2f * stream.Uniform((ulong)i) - 1f;
        x.CopyFrom(numbers);
        return network.Forward(new Pass(network.Tape, PassMode.Evaluate), x).ToArray();
    }
}
