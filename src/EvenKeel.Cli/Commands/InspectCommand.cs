using System.CommandLine;
using EvenKeel.Backends;
using EvenKeel.Cli.Terminals;
using EvenKeel.Data;
using EvenKeel.Lab.Reports.Inside;
using EvenKeel.Training;
using EvenKeel.Training.Diagnostics;

namespace EvenKeel.Cli.Commands;

/// <summary><c>evenkeel inspect</c>: the inside of a trained network, layer by layer, and the curvature of its loss.</summary>
internal static class InspectCommand
{
    private static readonly HessianOptions Defaults = new();

    public static Command Create()
    {
        var source = new Argument<string>("run") { Description = "A run's folder, or a checkpoint in it.", HelpName = "RUN-FOLDER|CHECKPOINT" };
        var images = new Option<int?>("--images") { Description = "Training images in the batch, the first so many; as many as a step took if not given.", HelpName = "N" };
        var hessian = new Option<bool>("--hessian") { Description = "Also the largest eigenvalue of the loss's Hessian, by power iteration." };
        var step = Number("--step", "Step of the Hessian's differences, a share of the parameters' norm.", Defaults.Step);
        var tolerance = Number("--tolerance", "Relative change of the eigenvalue at which it is taken as found.", Defaults.Tolerance);
        var iterations = Number("--iterations", "Most iterations, each two passes forward and back.", Defaults.Iterations);
        var json = CommonOptions.Json();
        var folder = CommonOptions.DataFolder();
        var threads = CommonOptions.Threads();
        var command = new Command("inspect", "Measure the inside of a trained network on a batch of its training images.")
        {
            source, images, hessian, step, tolerance, iterations, json, folder, threads,
        };
        command.AddExamples(
            "evenkeel inspect runs/train/bn-1-0123456789ab", "evenkeel inspect runs/train/bn-1-0123456789ab --hessian --images 500");
        command.Runs((result, terminal, cancel) =>
        {
            using var backend = new CpuBackend(result.GetValue(threads));
            var path = result.GetValue(source)!;
            var saved = SavedNetwork.Load(path, backend);
            if (saved.IsFolded) throw new UserException($"{path} is folded: give the folder of the run it came from.");
            if (result.GetValue(images) is { } count)
            {
                if (count < 1) throw new UserException($"--images {count}: expected 1 or more.");
                saved = saved with { Spec = saved.Spec with { Batch = count } };
            }

            var progress = new ProgressLines("preparing images", terminal.Error);
            var data = TrainingData.Load(saved.Spec, DataFolder.Resolve(result.GetValue(folder)), backend.Workers, progress);
            var moment = Moment(saved, data, Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!);
            var options = new HessianOptions
            {
                Step = result.GetValue(step),
                Tolerance = result.GetValue(tolerance),
                Iterations = result.GetValue(iterations),
            };
            var curvature = !result.GetValue(hessian) ? null : terminal.Track(
                "power iteration",
                share => Hessian.LargestEigenvalue(saved.Network, data.Train, saved.Spec, options, share, cancel));
            if (result.GetValue(json)) terminal.Line(Json.Text(new { saved.Spec.Model, saved.Spec.Scheme, Moment = moment, Hessian = curvature }));
            else Print(terminal, saved, Math.Min(saved.Spec.Batch, data.Train.Count), moment, curvature, options);
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<T> Number<T>(string name, string description, T fallback) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => fallback };

    // The checkpoint does not hold the rate; the journal's last epoch does.
    private static DiagnosticRecord Moment(SavedNetwork saved, TrainingData data, string folder)
    {
        var last = JournalReader.Read(new RunFolder(folder))?.Epochs.LastOrDefault();
        var probe = DiagnosticProbe.First(saved.Network, data.Train, saved.Spec);
        return probe.Measure(last?.Rate ?? saved.Spec.Optimizer.LearningRate) with { Epoch = last?.Epoch ?? 0 };
    }

    private static void Print(
        Terminal terminal, SavedNetwork saved, int images, DiagnosticRecord moment, HessianEigenvalue? curvature, HessianOptions options)
    {
        terminal.Table(LayerTable.LayerColumns, LayerTable.Layers(moment));
        terminal.Line();
        if (moment.Gains.Count + moment.Biases.Count > 0)
        {
            terminal.Table(LayerTable.ValueColumns, LayerTable.Values(moment));
            terminal.Line();
        }

        if (InsideView.Of(saved.Spec, moment) is { } table) InsideView.Print(table, terminal);
        terminal.Line(
            $"{saved.Spec.Model} with {saved.Spec.Scheme} on {images} training images: loss {moment.TrainLoss:F4} as in training, " +
            $"{moment.BatchLoss:F4} without noise, {moment.EvaluateLoss:F4} in evaluation");
        if (curvature is null) return;
        terminal.Line(
            $"Largest eigenvalue of the Hessian: {curvature.Value:G4}, {(curvature.Converged ? "after" : "not settled after")} " +
            $"{curvature.Iterations} iterations (last change {curvature.Change:0.0e-0}, tolerance {options.Tolerance:0.0e-0}, step {curvature.Step:0.0e-0})");
    }
}
